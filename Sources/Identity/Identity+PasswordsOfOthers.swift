public import Engine
public import Records
import Synchronization

extension Identity {
    /// Sets a user's password for an administrator, and ends all their sign-ins.
    public func setPassword(_ password: String, of user: RecordID, by session: Session) async throws {
        try await check(user, session)
        try await setPassword(password, of: user)
    }

    /// Gives a user a password made here, for an administrator to hand on; it is to be changed at the first sign-in.
    public func resetPassword(of user: RecordID, by session: Session) async throws -> String {
        try await check(user, session)
        let password = Secret.text(length: 20)
        try await store(password, of: user, changed: nil)
        try await revokeAll(of: user)
        return password
    }

    /// Sets the session's own user's password, and ends all their sign-ins, this one too.
    ///
    /// - Throws: `INVALID_OLD_PASSWORD` when the old one is wrong, or was wrong too often from this address.
    public func changePassword(from old: String, to new: String, of session: Session, address: String) async throws {
        let now = environment.now()
        let wrong = PlatformError(.invalidOldPassword, "Your old password is invalid.")
        guard let user = try await user(session.user),
            throttle.withLock({ $0.allows(user: user.username, address: address, at: now) })
        else { throw wrong }
        let hash = try await credential(of: user.username)?.hash
        guard let hash, try await hashing.run({ try hash.matches(old) }) else {
            throttle.withLock { $0.failed(user: user.username, address: address, at: now) }
            throw wrong
        }
        try await setPassword(new, of: session.user)
    }

    /// Whether a user's password is one that was made for them, and is still to be changed.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for another's, unless to an administrator.
    public func isPasswordInitial(of user: RecordID, for session: Session) async throws -> Bool {
        if user != session.user { try await check(user, session) }
        let rows = try await system("state of a password").query(
            "SELECT ChangedDate FROM UserCredential WHERE UserId = :user LIMIT 1", bindings: ["user": .one(.id(user))]
        )
        return rows.first?["ChangedDate"].isNull ?? true
    }

    /// That the session may deal with the user's password, and that there is such a user.
    private func check(_ user: RecordID, _ session: Session) async throws {
        try await session.checkAdministration(of: "The password of another user")
        guard try await self.user(user) != nil else {
            throw PlatformError(.invalidCrossReferenceKey, "invalid cross reference id: there is no such user.")
        }
    }
}
