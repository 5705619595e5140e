public import CaselightModel

/// Who may sign in, with what, and which cameras they may know of. Kept with the records, and as durable.
public protocol AccountStore: Sendable {
    /// - Throws: `duplicate`; `notFound` for a group that does not exist.
    func addAccount(_ account: Account, password: PasswordHash?) async throws
    /// Changes all but the name and the time it was made; a password of `nil` stays as it is.
    /// - Throws: `notFound` for it or one of its groups; `conflict` where no enabled account would hold the role `admin` any more.
    func updateAccount(_ account: Account, password: PasswordHash?) async throws
    /// Takes its tokens along; the log keeps its name. - Throws: `notFound`; `conflict` as `updateAccount`.
    func removeAccount(_ name: AccountName) async throws
    /// `nil` where there is none.
    func account(_ name: AccountName) async throws -> Account?
    /// In the order of names.
    func accounts() async throws -> [Account]
    /// `nil` where the account has none and only tokens speak for it.
    func passwordHash(of name: AccountName) async throws -> PasswordHash?

    /// Adds or replaces. - Throws: `CaselightError`.
    func putGroup(_ group: CameraGroup) async throws
    /// - Throws: `notFound`; `conflict` while an account is limited to it: without it the account would see more.
    func removeGroup(_ code: String) async throws
    /// In the order of codes.
    func groups() async throws -> [CameraGroup]

    /// - Parameter digest: the SHA-256 of the token's secret; the secret itself is never stored.
    /// - Throws: `notFound` for the account, `duplicate` for the id.
    func addToken(_ token: AccessToken, digest: [UInt8]) async throws
    /// The token and its digest; `nil` where it was revoked or never made. Expired ones are given too.
    func token(_ id: String) async throws -> (AccessToken, digest: [UInt8])?
    /// In the order in which they were made.
    func tokens(of name: AccountName) async throws -> [AccessToken]
    /// - Throws: `notFound`.
    func removeToken(_ id: String, of name: AccountName) async throws
}
