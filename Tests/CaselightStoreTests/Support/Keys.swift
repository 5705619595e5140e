import CaselightStore

extension SecretSealer {
    /// One for all tests of a run, so that a store can be opened again.
    static let forTests = SecretSealer(keys)

    private static let keys = SecretKeys.random()
}
