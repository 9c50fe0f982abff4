import Engine
import Records

/// A user to be made.
public struct NewUser: Sendable {
    public let username: String
    public let email: String
    public let lastName: String
    public let firstName: String?
    /// `ja` or `en_US`.
    public let language: String
    /// An IANA name, such as `Asia/Tokyo`.
    public let timeZone: String

    public init(
        username: String, email: String, lastName: String, firstName: String?, language: String, timeZone: String
    ) {
        self.username = username
        self.email = email
        self.lastName = lastName
        self.firstName = firstName
        self.language = language
        self.timeZone = timeZone
    }

    func batch(profile: RecordID) -> Batch {
        let local = username.prefix { $0 != "@" }
        return Batch(
            "User",
            [
                "Username": .text(username), "Email": .text(email), "LastName": .text(lastName),
                "FirstName": firstName.map(Value.text) ?? .null, "Alias": .text(String(local.prefix(8))),
                "CommunityNickname": .text(String(username.prefix(40))), "ProfileId": .id(profile),
                "LanguageLocaleKey": .text(language), "LocaleSidKey": .text(language == "ja" ? "ja_JP" : language),
                "TimeZoneSidKey": .text(timeZone), "EmailEncodingKey": "UTF-8", "IsActive": true,
            ])
    }
}
