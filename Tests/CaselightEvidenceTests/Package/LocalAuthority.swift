import CaselightEvidence
import Foundation
import TestSupport

/// A time-stamping authority of one test, made with OpenSSL: a root, a signer's certificate, and answers.
struct LocalAuthority: Sendable {
    enum Signer: String, CaseIterable { case rsa, p256, p384 }

    let folder: ScratchFolder
    private let digest: String

    /// - Parameters:
    ///   - purpose: of the signer's certificate.
    ///   - digest: that the answers are signed with.
    init(_ signer: Signer = .rsa, purpose: String = "critical,timeStamping", digest: String = "sha256") throws {
        folder = try ScratchFolder()
        self.digest = digest
        let key =
            switch signer {
            case .rsa: ["-newkey", "rsa:2048"]
            case .p256: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            case .p384: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
            }
        try run(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", "/CN=Test Root"])
        try run(["req", "-new"] + key + ["-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test Time Stamps"])
        _ = try folder.write("tsa.ext", Array("extendedKeyUsage=\(purpose)\nbasicConstraints=CA:FALSE\n".utf8))
        try run(["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-extfile", "tsa.ext", "-out", "tsa.pem"])
        _ = try folder.write("serial", Array("01\n".utf8))
        _ = try folder.write("tsa.cnf", Array(Self.configuration(digest).utf8))
    }

    var rootPEM: String { get throws { try String(contentsOfFile: folder.path("ca.pem"), encoding: .utf8) } }

    func reply(to request: [UInt8]) throws -> [UInt8] {
        _ = try folder.write("query.tsq", request)
        try run(["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr"])
        return Array(try Data(contentsOf: folder.url.appending(path: "answer.tsr")))
    }

    private func run(_ arguments: [String]) throws {
        let line = arguments.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try Program.run("bash", ["-c", "cd '\(folder.url.path)' && openssl \(line)"])
        guard outcome.status == 0 else { throw Failure(text: outcome.errorText) }
    }

    struct Failure: Error { let text: String }

    private static func configuration(_ digest: String) -> String {
        """
        [tsa]
        default_tsa = one
        [one]
        serial = serial
        signer_cert = tsa.pem
        signer_key = tsa.key
        certs = ca.pem
        signer_digest = \(digest)
        default_policy = 1.2.3.4.1
        digests = sha256
        accuracy = secs:1, millisecs:500, microsecs:100
        ess_cert_id_chain = no
        """
    }
}
