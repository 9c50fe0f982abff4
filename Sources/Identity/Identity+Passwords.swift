import Engine
public import Records

extension Identity {
    /// Characters that a password must have at least.
    public static let passwordLengthMin = 12
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
        if let password { try Self.checkLength(password) }
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

    private static func checkLength(_ password: String) throws {
        guard password.count >= passwordLengthMin, password.utf8.count <= passwordLengthMax else {
            throw PlatformError(
                .invalidOperation, "A password has at least \(passwordLengthMin) characters. Choose a longer one."
            )
        }
    }

    func store(_ password: String, of user: RecordID, changed: Instant?) async throws {
        try Self.checkLength(password)
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
