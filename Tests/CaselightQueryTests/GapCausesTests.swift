import CaselightModel
import TestSupport
import Testing

@testable import CaselightQuery

@Suite struct GapCausesTests {
    private let camera: CameraCode

    init() throws { camera = try CameraCode("gate-3") }

    private func outage(_ start: Int64, _ end: Int64?, _ cause: GapCause, _ detail: String = "") -> Outage {
        Outage(camera: camera, startedAt: at(start), endedAt: end.map(at), cause: cause, detail: detail)
    }

    private func gap(_ start: Int64, _ end: Int64, _ cause: GapCause, _ detail: String = "") -> Gap {
        Gap(camera: camera, span: span(start, end), cause: cause, detail: detail)
    }

    private func causes(
        _ outages: [Outage] = [], registered: Int64 = -1000, removed: Int64? = nil, withoutPictures: [TimeSpan] = []
    ) -> GapCauses {
        GapCauses(
            camera: camera, service: [ServicePeriod(registeredAt: at(registered), removedAt: removed.map(at))], outages: outages,
            withoutPictures: withoutPictures)
    }

    @Test func whatNobodyNotedIsUnknown() {
        #expect(causes().gaps([span(0, 10)]) == [gap(0, 10, .unknown)])
        #expect(causes().gaps([]) == [])
    }

    @Test func outagesSplitAGapByCause() {
        let known = causes([outage(5, 8, .restart), outage(0, 3, .feedLost, "connection refused")])
        #expect(known.gaps([span(0, 10)]) == [
            gap(0, 3, .feedLost, "connection refused"), gap(3, 5, .unknown), gap(5, 8, .restart), gap(8, 10, .unknown),
        ])
    }

    @Test func outagesReachBeyondTheGapOnBothSides() {
        #expect(causes([outage(-50, 5, .diskFull), outage(5, nil, .unauthorized)]).gaps([span(0, 10)]) == [
            gap(0, 5, .diskFull), gap(5, 10, .unauthorized),
        ])
    }

    @Test func ofTwoOutagesTheEarlierKeepsItsTime() {
        #expect(causes([outage(2, 9, .overload), outage(0, 5, .feedLost), outage(1, 3, .restart)]).gaps([span(0, 10)]) == [
            gap(0, 5, .feedLost), gap(5, 9, .overload), gap(9, 10, .unknown),
        ])
    }

    @Test func whatTouchesWithOneCauseIsOneGap() {
        #expect(causes([outage(0, 4, .feedLost, "timed out"), outage(4, 9, .feedLost, "timed out")]).gaps([span(1, 8)]) == [
            gap(1, 8, .feedLost, "timed out")
        ])
        #expect(causes([outage(0, 4, .feedLost, "a"), outage(4, 9, .feedLost, "b")]).gaps([span(1, 8)]).count == 2)
        #expect(causes([outage(0, 10, .feedLost)]).gaps([span(1, 2), span(4, 5)]) == [gap(1, 2, .feedLost), gap(4, 5, .feedLost)])
    }

    @Test func outOfServiceIsNotRegistered() {
        let gaps = causes(registered: 4, removed: 8).gaps([span(0, 10)])
        #expect(gaps.map(\.cause) == [.notRegistered, .unknown, .notRegistered])
        #expect(gaps.map(\.span) == [span(0, 4), span(4, 8), span(8, 10)])
        #expect(gaps[0].detail == "the camera was registered at \(at(4))")
        #expect(gaps[2].detail == "the camera was removed at \(at(8))")
    }

    @Test func betweenTwoRegistrationsItIsNotRegistered() {
        let periods = [
            ServicePeriod(registeredAt: at(0), removedAt: at(3)), ServicePeriod(registeredAt: at(5), removedAt: nil),
        ]
        let gaps = GapCauses(camera: camera, service: periods, outages: [], withoutPictures: []).gaps([span(-2, 10)])
        #expect(gaps.map(\.span) == [span(-2, 0), span(0, 3), span(3, 5), span(5, 10)])
        #expect(gaps.map(\.cause) == [.notRegistered, .unknown, .notRegistered, .unknown])
        #expect(gaps[2].detail == "the camera was registered anew at \(at(5))")
    }

    @Test func aPolicyThatKeepsNothingIsDisabled() {
        let gaps = causes([outage(2, 4, .restart)], withoutPictures: [span(-5, 3), span(4, 6)]).gaps([span(0, 10)])
        #expect(gaps.map(\.cause) == [.disabled, .restart, .disabled, .unknown])
        #expect(gaps.map(\.span) == [span(0, 2), span(2, 4), span(4, 6), span(6, 10)])
        #expect(gaps[0].detail.contains("metadata"))
    }

    @Test func gapsAddUpToWhatIsMissing() {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<300 {
            let outages = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                let start = Int64.random(in: -20...100, using: &random)
                return outage(
                    start, Bool.random(using: &random) ? start + .random(in: 1...40, using: &random) : nil,
                    GapCause.allCases.randomElement(using: &random) ?? .unknown)
            }
            let missing = span(0, 100).subtracting([span(10, 20), span(40, 41)])
            let gaps = causes(
                outages, registered: .random(in: -20...50, using: &random), removed: .random(in: 60...120, using: &random),
                withoutPictures: [span(30, 70)]
            ).gaps(missing)
            #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0.span.end <= $1.span.start })
            #expect(gaps.map(\.span.duration.value).reduce(0, +) == missing.map(\.duration.value).reduce(0, +))
            #expect(gaps.allSatisfy { gap in missing.contains { $0.intersection(gap.span) == gap.span } })
        }
    }
}
