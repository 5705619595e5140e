import CaselightModel
import Foundation
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: ["gate-3", "34020000001320000001", "a", "..a", "A.b_c-9", String(repeating: "x", count: 64)])
    func accepts(_ text: String) throws {
        #expect(try CameraCode(text).text == text)
        #expect(try IncidentNumber(text).text == text)
    }

    @Test(arguments: [
        "", ".", "..", "...", "a/b", "../etc", "a b", "a\n", "a\u{0}", "摄像头", "a\\b", "a:b", "é", String(repeating: "x", count: 65), "%2e%2e",
        "e" + String(repeating: "\u{301}", count: 10_000),
    ]) func refuses(_ text: String) {
        for error in [
            #expect(throws: CaselightError.self) { try CameraCode(text) },
            #expect(throws: CaselightError.self) { try IncidentNumber(text) },
        ] {
            #expect(error?.code == .invalidCode)
            #expect((error?.description.utf8.count ?? .max) < 400)
            #expect(error?.description.contains("\n") == false)
        }
    }

    @Test func idsAreTheirTextAndBack() throws {
        let run = RunID(0x5f0c_2a91_b3d4_e6f7)
        #expect(run.description == "5f0c2a91b3d4e6f7")
        #expect(RunID(text: "5f0c2a91b3d4e6f7") == run)
        #expect(RunID(1).description == "0000000000000001")
        for sequence in [0, 12, 999_999, 1_000_000, UInt32.max] {
            let id = SegmentID(run: run, sequence: sequence)
            #expect(SegmentID(text: id.description) == id)
        }
        #expect(SegmentID(run: run, sequence: 12).description == "5f0c2a91b3d4e6f7-000012")
    }

    @Test(arguments: ["", "5f0c2a91b3d4e6f", "5F0C2A91B3D4E6F7", "5f0c2a91b3d4e6f7a", "+f0c2a91b3d4e6f7", "gggggggggggggggg"])
    func refusesOtherRunIDs(_ text: String) {
        #expect(RunID(text: text) == nil)
        #expect(throws: CaselightError.self) { try RunID.parse(text) }
    }

    @Test(arguments: [
        "5f0c2a91b3d4e6f7", "5f0c2a91b3d4e6f7-", "5f0c2a91b3d4e6f7-12", "5f0c2a91b3d4e6f7-00001x", "5f0c2a91b3d4e6f7--00012",
        "5f0c2a91b3d4e6f7-000012-1", "5f0c2a91b3d4e6f7-9999999999", "-000012",
    ]) func refusesOtherSegmentIDs(_ text: String) {
        #expect(SegmentID(text: text) == nil)
        #expect(throws: CaselightError.self) { try SegmentID.parse(text) }
    }

    @Test func areTextInJSON() throws {
        let json = try JSONEncoder().encode([try CameraCode("gate-3")])
        #expect(String(decoding: json, as: UTF8.self) == #"["gate-3"]"#)
        #expect(throws: CaselightError.self) { try JSONDecoder().decode([CameraCode].self, from: Data(#"["a/b"]"#.utf8)) }
    }
}

@Suite struct CaselightErrorTests {
    @Test func saysWhatWhyAndWhatToDo() {
        let error = CaselightError(
            .unauthorized, "open feed of camera 'gate-3' at rtsp://10.0.4.14:554", because: "login refused (401)",
            remedy: "Check the feed's user and password.")
        #expect("\(error)" == "cannot open feed of camera 'gate-3' at rtsp://10.0.4.14:554: login refused (401). Check the feed's user and password.")
    }

    @Test func endsWithOneStop() {
        #expect("\(CaselightError(.busy, "do it", because: "busy"))" == "cannot do it: busy.")
        #expect("\(CaselightError(.busy, "do it", because: "busy."))" == "cannot do it: busy.")
        #expect("\(CaselightError(.busy, "do it", because: "busy?", remedy: "Wait."))" == "cannot do it: busy? Wait.")
    }

    @Test func staysOneLine() {
        let error = CaselightError(.notFound, "find 'a\r\nERROR forged\u{2028}\u{7}'", because: "no\tsuch", remedy: "Look.\n")
        #expect("\(error)" == #"cannot find 'a\u{d}\u{a}ERROR forged\u{2028}\u{7}': no\u{9}such. Look.\u{a}"#)
    }

    @Test func codesAreTheirNameInJSON() throws {
        let error = CaselightError(.diskFull, "write", because: "full")
        #expect(try JSONDecoder().decode(CaselightError.self, from: JSONEncoder().encode(error)) == error)
        #expect(CaselightError.Code("made-up").rawValue == "made-up")
    }
}
