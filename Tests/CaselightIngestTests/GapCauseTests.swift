import CaselightModel
import Testing

@testable import CaselightIngest

@Suite struct GapCauseTests {
    @Test(arguments: [
        (EndReason.feedLost, CaselightError.Code.unauthorized, GapCause.unauthorized), (.feedLost, .unreachable, .feedLost),
        (.feedLost, .timedOut, .feedLost), (.diskFull, .diskFull, .diskFull), (.overload, .overload, .overload),
        (.restart, .workerFailed, .restart),
    ])
    func followsWhatFailed(_ reason: EndReason, _ code: CaselightError.Code, _ cause: GapCause) {
        let failure = CaselightError(code, "read a feed", because: "of this")
        #expect(GapCause.of(reason, failure) == (cause, "of this"))
    }

    @Test func aStopIsARestart() {
        #expect(GapCause.of(.stopped, nil).0 == .restart)
        #expect(GapCause.of(.endOfFile, nil).0 == .feedLost)
    }
}
