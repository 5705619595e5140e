import CaselightModel
import CaselightStore
import Testing

/// What every form of `AccountStore` must do.
enum AccountStoreContract {
    typealias Clause = ContractClause<any AccountStore>

    static let clauses: [Clause] = accounts + administrators + groups + tokens + [keepsEverything]

    static func account(_ name: String, _ roles: Role..., made: Double = 0) throws -> Account {
        Account(name: try AccountName(name), roles: roles, createdAt: at(made))
    }

    static func full(_ name: String) throws -> Account {
        var account = Account(name: try AccountName(name), roles: [.auditor, .investigator], createdAt: at(1))
        account.displayName = "王 \"Wang\" \u{1F575}"
        account.unit = "前进路派出所"
        account.selfGrantedRoles = [.auditor]
        account.groups = ["north", "class-1"]
        account.isEnabled = false
        account.updatedAt = at(2)
        return account
    }

    static let password = PasswordHash(rounds: 32_768, blockSize: 8, parallelism: 1, salt: [0, 255, 7], key: [UInt8](0..<32))

    static func token(_ id: String, of account: String, made: Double = 0) throws -> AccessToken {
        AccessToken(id: id, account: try AccountName(account), name: "laptop — 他", createdAt: at(made), expiresAt: at(made + 86_400))
    }

    static let accounts: [Clause] = [
        Clause("returns an account as it was added") { store async throws in
            try await store.putGroup(CameraGroup(code: "north", name: ""))
            try await store.putGroup(CameraGroup(code: "class-1", name: ""))
            for account in [try full("wang"), try account("bare")] {
                try await store.addAccount(account, password: nil)
                #expect(try await store.account(account.name) == account)
                #expect(try await store.passwordHash(of: account.name) == nil)
            }
            #expect(try await store.accounts().map(\.name.text) == ["bare", "wang"])
            #expect(try await store.account(AccountName("none")) == nil)
            #expect(try await store.passwordHash(of: AccountName("none")) == nil)
        },
        Clause("refuses a name that is taken, an unknown group, and what it cannot keep") { store async throws in
            try await store.addAccount(try account("a", .admin), password: nil)
            await expect(.duplicate) { try await store.addAccount(try account("a"), password: password) }
            #expect(try await store.passwordHash(of: AccountName("a")) == nil)
            var other = try account("b")
            other.groups = ["none"]
            await expect(.notFound) { try await store.addAccount(other, password: nil) }
            #expect(try await store.accounts().count == 1)
            other.groups = []
            other.unit = "\u{0}"
            await expect(.invalidValue) { try await store.addAccount(other, password: nil) }
            // A name's case counts.
            try await store.addAccount(try account("A"), password: nil)
        },
        Clause("changes all but the name and the time it was made") { store async throws in
            try await store.putGroup(CameraGroup(code: "north", name: ""))
            try await store.putGroup(CameraGroup(code: "class-1", name: ""))
            try await store.addAccount(try account("boss", .admin), password: nil)
            try await store.addAccount(try account("a", .dispatcher, made: 1), password: password)
            var changed = try full("a")
            changed.createdAt = at(99)
            try await store.updateAccount(changed, password: nil)
            changed.createdAt = at(1)
            #expect(try await store.account(changed.name) == changed)
            #expect(try await store.passwordHash(of: changed.name) == password)
            let other = PasswordHash(rounds: 2, blockSize: 1, parallelism: 3, salt: [], key: [1])
            changed.groups = []
            try await store.updateAccount(changed, password: other)
            #expect(try await store.account(changed.name)?.groups == [])
            #expect(try await store.passwordHash(of: changed.name) == other)
            changed.groups = ["north", "none"]
            await expect(.notFound) { try await store.updateAccount(changed, password: password) }
            #expect(try await store.account(changed.name)?.groups == [], "all or nothing")
            #expect(try await store.passwordHash(of: changed.name) == other)
            await expect(.notFound) { try await store.updateAccount(try account("none"), password: nil) }
        },
        Clause("keeps roles in their order, and none as self-granted that is not held") { store async throws in
            var account = try account("a")
            account.roles = [.admin, .investigator, .admin]
            account.selfGrantedRoles = [.auditor, .admin]
            try await store.addAccount(account, password: nil)
            let stored = try #require(try await store.account(account.name))
            #expect(stored.roles == [.investigator, .admin] && stored.selfGrantedRoles == [.admin])
        },
    ]

    static let administrators: [Clause] = [
        Clause("leaves nobody without an administrator") { store async throws in
            try await store.addAccount(try account("clerk", .investigator), password: nil)
            // Where there was none, nothing is lost.
            try await store.updateAccount(try account("clerk", .auditor), password: nil)
            try await store.addAccount(try account("boss", .admin, .auditor), password: nil)
            var disabled = try account("boss", .admin)
            disabled.isEnabled = false
            await expect(.conflict) { try await store.updateAccount(disabled, password: nil) }
            await expect(.conflict) { try await store.updateAccount(try account("boss", .auditor), password: nil) }
            await expect(.conflict) { try await store.removeAccount(AccountName("boss")) }
            #expect(try await store.account(AccountName("boss"))?.roles == [.auditor, .admin])
            // Another one who may not sign in is no help.
            var second = try account("second", .admin)
            second.isEnabled = false
            try await store.addAccount(second, password: nil)
            await expect(.conflict) { try await store.removeAccount(AccountName("boss")) }
            second.isEnabled = true
            try await store.updateAccount(second, password: nil)
            try await store.removeAccount(AccountName("boss"))
            try await store.removeAccount(AccountName("clerk"))
            await expect(.conflict) { try await store.removeAccount(second.name) }
            #expect(try await store.accounts().map(\.name.text) == ["second"])
            await expect(.notFound) { try await store.removeAccount(AccountName("boss")) }
        }
    ]

    static let groups: [Clause] = [
        Clause("returns a group as it was put, and replaces it") { store async throws in
            let group = CameraGroup(
                code: "g", name: "北 '网格'", classes: [.other, .first], grids: ["510100-07", "a \"b\" \\", "é"], owners: ["Лавка", "{}"])
            try await store.putGroup(group)
            try await store.putGroup(CameraGroup(code: "all", name: ""))
            #expect(try await store.groups() == [CameraGroup(code: "all", name: ""), group])
            try await store.putGroup(CameraGroup(code: "g", name: "x", grids: ["1"]))
            #expect(try await store.groups().last == CameraGroup(code: "g", name: "x", grids: ["1"]))
            await expect(.invalidValue) { try await store.putGroup(CameraGroup(code: "n", name: "", owners: ["\u{0}"])) }
        },
        Clause("keeps a group that an account is limited to") { store async throws in
            try await store.putGroup(CameraGroup(code: "g", name: ""))
            var limited = try account("a")
            limited.groups = ["g"]
            try await store.addAccount(limited, password: nil)
            await expect(.conflict) { try await store.removeGroup("g") }
            // Replacing it keeps those limited to it limited.
            try await store.putGroup(CameraGroup(code: "g", name: "new"))
            #expect(try await store.account(limited.name)?.groups == ["g"])
            limited.groups = []
            try await store.updateAccount(limited, password: nil)
            try await store.removeGroup("g")
            #expect(try await store.groups().isEmpty)
            await expect(.notFound) { try await store.removeGroup("g") }
            // An account that goes leaves its groups free.
            try await store.putGroup(CameraGroup(code: "h", name: ""))
            limited.groups = ["h"]
            try await store.updateAccount(limited, password: nil)
            try await store.removeAccount(limited.name)
            try await store.removeGroup("h")
        },
    ]

    static let tokens: [Clause] = [
        Clause("keeps a token's digest and forgets it when it is revoked") { store async throws in
            for name in ["a", "b"] { try await store.addAccount(try account(name), password: nil) }
            let (first, second) = (try token("1111", of: "a", made: 5), try token("2222", of: "a", made: 3))
            try await store.addToken(first, digest: [1, 2, 0])
            try await store.addToken(second, digest: [])
            try await store.addToken(try token("3333", of: "b"), digest: [9])
            let (found, digest) = try #require(try await store.token("1111"))
            #expect(found == first && digest == [1, 2, 0])
            #expect(try await store.tokens(of: first.account) == [second, first])
            await expect(.duplicate) { try await store.addToken(try token("1111", of: "b"), digest: []) }
            await expect(.notFound) { try await store.addToken(try token("4444", of: "none"), digest: []) }
            await expect(.notFound) { try await store.removeToken("1111", of: AccountName("b")) }
            try await store.removeToken("1111", of: first.account)
            #expect(try await store.token("1111") == nil)
            #expect(try await store.tokens(of: first.account) == [second])
            await expect(.notFound) { try await store.removeToken("1111", of: first.account) }
        },
        Clause("takes an account's tokens along with it") { store async throws in
            try await store.addAccount(try account("a"), password: nil)
            try await store.addToken(try token("1111", of: "a"), digest: [1])
            try await store.removeAccount(AccountName("a"))
            #expect(try await store.token("1111") == nil)
            // Whoever gets the name next gets none of them.
            try await store.addAccount(try account("a"), password: nil)
            #expect(try await store.tokens(of: AccountName("a")).isEmpty)
        },
    ]

    private static let keepsEverything = Clause(reopening: "keeps everything over closing and opening") { home async throws in
        var store = try await home.open()
        for code in ["north", "class-1"] { try await store.putGroup(CameraGroup(code: code, name: code, classes: [.first])) }
        let account = try full("wang")
        try await store.addAccount(account, password: password)
        try await store.addToken(try token("1111", of: "wang"), digest: [4])
        let groups = try await store.groups()
        try await home.close(store)

        store = try await home.open()
        #expect(try await store.accounts() == [account])
        #expect(try await store.passwordHash(of: account.name) == password)
        #expect(try await store.groups() == groups)
        #expect(try await store.token("1111")?.digest == [4])
        try await home.close(store)
    }
}
