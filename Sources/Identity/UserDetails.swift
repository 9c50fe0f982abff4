import Engine
public import Records

/// What a user's own sign-in may tell about them.
public struct UserDetails: Sendable {
    public let id: RecordID
    public let username: String
    public let nickname: String
    public let name: String
    public let firstName: String?
    public let lastName: String
    public let email: String
    /// `ja` or `en_US`.
    public let language: String
    public let locale: String
    public let timeZone: String
    public let profile: RecordID?
    public let isActive: Bool
    public let lastModified: Instant
}

extension Identity {
    /// The details of a user; nil when there is none.
    public func user(_ id: RecordID) async throws -> UserDetails? {
        let rows = try await system("details of a signed-in user").query(
            """
            SELECT Id, Username, CommunityNickname, Name, FirstName, LastName, Email, LanguageLocaleKey, LocaleSidKey, \
            TimeZoneSidKey, ProfileId, IsActive, LastModifiedDate FROM User WHERE Id = :user
            """,
            bindings: ["user": .one(.id(id))]
        )
        guard let row = rows.first else { return nil }
        return UserDetails(
            id: id, username: row["Username"].text ?? "", nickname: row["CommunityNickname"].text ?? "",
            name: row["Name"].text ?? "", firstName: row["FirstName"].text, lastName: row["LastName"].text ?? "",
            email: row["Email"].text ?? "", language: row["LanguageLocaleKey"].text ?? "en_US",
            locale: row["LocaleSidKey"].text ?? "en_US", timeZone: row["TimeZoneSidKey"].text ?? "GMT",
            profile: row["ProfileId"].id, isActive: row["IsActive"].boolean ?? false,
            lastModified: row["LastModifiedDate"].datetime ?? Instant(milliseconds: 0)
        )
    }
}
