import Crypto
import Foundation

enum Fingerprint {
    /// 16 digits: among a million rows two are alike with a chance of 3 in 100 million.
    static func hexadecimal(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
