import Testing

@testable import CaselightRTSP

@Suite struct DigestTests {}
