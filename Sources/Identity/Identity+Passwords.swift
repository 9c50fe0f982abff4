import Engine
public import Records

extension Identity {
    /// Characters that a password must have at least: it may be the only factor (NIST SP 800-63B-4, section 3.1.1.2).
    public static let passwordLengthMin = 15
    /// Hashing takes time in proportion; nobody types more.
    public static let passwordLengthMax = 1024

    /// Sets a user's password, and ends all their sign-ins.
    public func setPassword(_ password: String, of user: RecordID) async throws {
        try await store(password, of: user, changed: environment.now())
        try await revokeAll(of: user)
    }

    /// Makes a system administrator, with the password given or one made here and returned to be shown once.
    ///
    /// The made one counts as initial: ``AccessGrant/isPasswordInitial`` asks for a change at the next sign-in.
    public func addAdministrator(
        _ new: NewUser, password: String?
    ) async throws -> (user: RecordID, password: String) {
        try await addUser(new, profile: "System Administrator", password: password)
    }

    /// Makes a user of a profile; see ``addAdministrator(_:password:)`` for the password.
    public func addUser(
        _ new: NewUser, profile name: String, password: String?
    ) async throws -> (user: RecordID, password: String) {
        if let password {
            let names = [new.username, new.email, new.lastName, new.firstName ?? "", engine.organisation.name]
            try PasswordRules(names: names).check(password)
        }
        let session = system("a new user")
        let profiles = try await session.query(
            "SELECT Id FROM Profile WHERE Name = :name LIMIT 1", bindings: ["name": .one(.text(name))]
        )
        guard let profile = profiles.first?.id else {
            throw PlatformError(.invalidCrossReferenceKey, "There is no profile named \(name).", fields: ["ProfileId"])
        }
        let user = try await session.create(new.batch(profile: profile), onFailure: .rollbackAll).firstID()
        let chosen = password ?? Secret.text(length: 20)
        try await store(chosen, of: user, changed: password == nil ? nil : environment.now())
        return (user, chosen)
    }

    func store(_ password: String, of user: RecordID, changed: Instant?) async throws {
        if let user = try await self.user(user) {
            let names = [user.username, user.email, user.nickname, user.firstName ?? "", user.lastName]
            try PasswordRules(names: names + [engine.organisation.name]).check(password)
        }
        let parameters = parameters
        let hash = try await hashing.run { try PasswordHash(password: password, parameters: parameters).text }
        let session = system("change of a password")
        let kept = try await session.query(
            "SELECT Id FROM UserCredential WHERE UserId = :user LIMIT 1", bindings: ["user": .one(.id(user))]
        )
        let changedDate = changed.map(Value.datetime) ?? .null
        if let row = kept.first?.id {
            let batch = Batch(
                "UserCredential",
                [
                    "Id": .id(row), "PasswordHash": .text(hash), "ChangedDate": changedDate,
                ])
            _ = try await session.update(batch, onFailure: .rollbackAll).firstID()
        } else {
            let batch = Batch(
                "UserCredential",
                [
                    "UserId": .id(user), "PasswordHash": .text(hash), "ChangedDate": changedDate,
                ])
            _ = try await session.create(batch, onFailure: .rollbackAll).firstID()
        }
    }
}
