public import Records
import Store

extension Engine {
    /// A session of a user who has proven who they are.
    ///
    /// - Throws: `INVALID_LOGIN` when there is no such user or the user is not active.
    public func session(for user: RecordID, application: String, purpose: String) async throws -> Session {
        let isActive = try await store.readShortly { connection in
            try connection.first(
                """
                SELECT "IsActive" FROM "User" WHERE "Id" = \(.id(user)) AND "IsDeleted" = 0
                """
            ) { $0.int64(0) != 0 }
        }
        guard isActive == true, SystemUser(user) == nil else {
            throw PlatformError(.invalidLogin, "The user is not there or is not active.")
        }
        return Session(user: user, application: application, purpose: purpose, system: nil, engine: self)
    }

    /// A session of the product itself: it may do everything, and the reason is on record.
    public func systemSession(as user: SystemUser, reason: String) -> Session {
        Session(user: user.id, application: "azukari", purpose: reason, system: user, engine: self)
    }
}
