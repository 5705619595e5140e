enum StubCaselightServer {}
import Hummingbird
import SwiftCSV
import Crypto
