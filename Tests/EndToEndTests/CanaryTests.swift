import CaselightModel
import Foundation
import TestSupport
import Testing

/// A secret is where it must be and nowhere else, whatever goes wrong with it.
///
/// Feeds' users and passwords, people's passwords, tokens, sessions, and the addresses that checkpoints and timestamp requests go to are
/// led into every failure there is. Then answers, logs, processes, databases, their copies, packages and the archive are looked through.
@Suite(.serialized) struct CanaryTests {
    @Test func theSearchFindsASecretHoweverItIsWritten() {
        let secret = "p@ss/w0rd?#%&:+ 鸟<Zq>"
        let canary = Canary("it", secret)
        let throughout = secret.utf8.map { String(format: "%%%02x", $0) }.joined()
        var writings = [
            secret, "x\(secret)x", throughout, throughout.uppercased(), "p@ss%2fw0rd?#%25&:+ 鸟<Zq>", "%70@ss/w0rd?#%&:+%20%E9%b8%9F<Zq%3E",
            "p%40ss%2Fw0rd%3F%23%25%26%3A%2B+%E9%B8%9F%3CZq%3E", "p@ss\\/w0rd?#%&:+ 鸟<Zq>", "p@ss\\u002fw0rd?#%&:+ 鸟\\u003cZq\\u003E",
            "p@ss/w0rd?#%&amp;:+ 鸟&lt;Zq&gt;", "p%2540ss/w0rd?#%25&:+ 鸟<Zq>", secret.utf8.map { String(format: "%02x", $0) }.joined(),
            secret.utf8.map { String(format: "%02X", $0) }.joined(),
        ]
        for before in ["", "a", "ab", "abc"] {
            for after in ["", "y", "yz"] {
                let base64 = Data((before + secret + after).utf8).base64EncodedString()
                writings += [base64, base64.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")]
            }
        }
        for writing in writings { #expect(canary.form(in: Data("\u{0}%p%7\(writing)".utf8)) != nil, "'\(writing)' is overlooked") }
        // What is not the secret: nothing, a beginning, an end, another's Base64, and bytes of chance.
        for other in ["", "p@ss/w0rd?#%&:+ 鸟<Zq", "@ss/w0rd?#%&:+ 鸟<Zq>", Data("p@ss/w0rd!".utf8).base64EncodedString(), "p%40ss%2Fw0rd"] {
            #expect(canary.form(in: Data(other.utf8)) == nil, "'\(other)' is taken for the secret")
        }
        var generator = SeededGenerator(seed: 7)
        #expect(canary.form(in: Data((0..<200_000).map { _ in UInt8.random(in: 0...255, using: &generator) })) == nil)
    }

    @Test(.enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
    func aSecretIsNowhereButWhereItMustBe() throws {
        let trial = try CanaryTrial()
        try trial.leadFeedsIntoFailure()
        try trial.leadPeopleIntoFailure()
        try trial.leadTokensIntoFailure()
        try trial.leadListsIntoFailure()
        try trial.lookAtProcesses()
        try trial.export()
        try trial.readAllRoutes()
        try trial.killProcesses()
        try trial.runCommands()
        try trial.copyDatabases()
        let places = try trial.search()
        #expect(places.found == [])
        #expect(places.count > 300, "only \(places.count) places were looked at")
    }
}
