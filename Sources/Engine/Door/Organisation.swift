public import Records

/// What an organisation is called and how it speaks.
public struct Organisation: Sendable {
    /// Of the one row of `Organization` (00D).
    public let id: RecordID
    public let name: String
    /// `ja` or `en`: what people see who chose nothing.
    public let defaultLanguage: String
    /// An IANA name, such as `Asia/Tokyo`: what a day is where nobody says otherwise.
    public let timeZone: String

    /// Of people who chose none.
    var defaultLocale: String { defaultLanguage == "ja" ? "ja_JP" : "en_US" }

    /// By its ISO 4217 code: an organisation has one.
    var currency: String { defaultLanguage == "ja" ? "JPY" : "USD" }
}

/// What is needed to make an organisation.
public struct NewOrganisation: Sendable {
    public var name: String
    public var defaultLanguage: String
    public var timeZone: String
    public var database: String?

    /// - Parameters:
    ///   - defaultLanguage: `ja` or `en`.
    ///   - timeZone: An IANA name, such as `Europe/Berlin`.
    ///   - database: Where the records are kept: a new PostgreSQL database, named as libpq takes it
    ///     (`postgresql://user@host/name`); nil: a SQLite file in the folder.
    public init(name: String, defaultLanguage: String, timeZone: String, database: String? = nil) {
        self.name = name
        self.defaultLanguage = defaultLanguage
        self.timeZone = timeZone
        self.database = database
    }
}
