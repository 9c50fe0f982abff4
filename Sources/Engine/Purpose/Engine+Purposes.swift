public import Records
import Store

extension Engine {
    /// The product's own purposes: limited only where the organisation has made a data use purpose of the same name.
    public static let ownPurposes = ["customerService", "privacyRequests", "administration"]

    /// The purposes that a user may work under, sorted by name: the product's own (`customerService`, `privacyRequests`,
    /// `administration`) and those data use purposes that have a `DeveloperName`; or those alone that the user's permission
    /// sets name.
    ///
    /// - Throws: `INVALID_LOGIN` when there is no such user or the user is not active.
    public func purposes(of user: RecordID) async throws -> [String] {
        try await store.read { connection in
            let version = try AccessCache.Version(on: connection)
            let profile = try connection.first(
                "SELECT \"ProfileId\" FROM \"User\" WHERE \"Id\" = \(.id(user)) AND \"IsActive\" = 1 AND \"IsDeleted\" = 0"
            ) { $0.value(0, as: .reference).id }
            guard let profile else {
                throw PlatformError(.invalidLogin, "The user is not there or is not active.")
            }
            guard let profile else { return Self.ownPurposes }
            return try self.accesses.purposes(
                of: user, profile: profile, at: self.environment.now(), version, connection)
        }
    }

    /// All names of purposes that an application can be registered for.
    public func purposes() async throws -> [String] {
        try await store.read { try Purposes(on: $0).names(for: []) }
    }
}
