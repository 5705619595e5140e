/// Time since it was made.
struct Stopwatch {
    private let began = ContinuousClock.now

    var seconds: Double { (ContinuousClock.now - began).seconds }
    var milliseconds: Double { seconds * 1e3 }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
