import Records
import Store
import Synchronization

/// What a session may see and do at one moment of the database. An object: it is handed about with every reading.
final class Access: Sendable {
    /// All objects and fields, whoever asks.
    let full: Schema
    /// What the session may read; its `isCreateable` and kin say what it may write.
    let visible: Schema
    let rights: Rights

    init(full: Schema, visible: Schema, rights: Rights) {
        self.full = full
        self.visible = visible
        self.rights = rights
    }
}

/// Who is asking, as the database has the user at this moment.
struct Viewer: Sendable {
    let access: Access
    let user: RecordID
    /// An IANA name.
    let timeZone: String
    /// `ja` or `en`.
    let language: String
    /// Such as `de_DE`: how numbers and dates are written.
    let locale: String
    /// The one currency of the organisation, by its ISO 4217 code.
    let currency: String
}

/// What profiles may see, worked out once for each version of the schema.
final class AccessCache: Sendable {
    private struct Held {
        var version: Int64 = -1
        var accesses: [Rights.Holder: Access] = [:]
    }

    private let held = Mutex(Held())

    func forget() { held.withLock { $0 = Held() } }

    /// - Parameters:
    ///   - version: Of the schema at the moment at which `connection` stands.
    ///   - schema: That schema; asked for when the access is not known.
    func access(
        of holder: Rights.Holder, version: Int64, in schema: () throws -> Schema, on connection: any Connection
    ) throws -> Access {
        let known = held.withLock { $0.version == version ? $0.accesses[holder] : nil }
        if let known { return known }
        let schema = try schema()
        let rights: Rights =
            switch holder {
            case .system: .system
            case .profile(let profile): try Rights(profile: profile, on: connection)
            case .nobody: try Rights(profile: nil, on: connection)
            }
        let access = Access(full: schema, visible: rights.filter(schema), rights: rights)
        held.withLock { held in
            if held.version < schema.version { held = Held(version: schema.version) }
            if held.version == schema.version { held.accesses[holder] = access }
        }
        return access
    }
}

extension Session {
    /// What this session may see and do, by the moment of the database that `connection` stands at: a user who was
    /// made inactive, or whose profile changed, feels it at the next statement.
    func viewer(on connection: any Connection) throws -> Viewer {
        if system != nil {
            let access = try access(of: .system, version: try LiveSchema.version(on: connection), on: connection)
            return Viewer(
                access: access, user: user, timeZone: engine.organisation.timeZone,
                language: engine.organisation.defaultLanguage, locale: engine.organisation.defaultLocale,
                currency: engine.organisation.currency
            )
        }
        let found = try connection.first(Self.ownUser, [.id(user)]) { row in
            (
                version: row.int64(0), profile: row.value(1, as: .reference).id,
                timeZone: row.value(2, as: .string).text,
                language: row.value(3, as: .string).text, locale: row.value(4, as: .string).text
            )
        }
        guard let found else {
            throw PlatformError(.invalidSessionID, "Session expired or invalid")
        }
        let access = try access(
            of: found.profile.map(Rights.Holder.profile) ?? .nobody, version: found.version, on: connection
        )
        return Viewer(
            access: access, user: user, timeZone: found.timeZone ?? engine.organisation.timeZone,
            language: (found.language ?? engine.organisation.defaultLanguage).hasPrefix("ja") ? "ja" : "en",
            locale: found.locale ?? engine.organisation.defaultLocale, currency: engine.organisation.currency
        )
    }

    private func access(of holder: Rights.Holder, version: Int64, on connection: any Connection) throws -> Access {
        try engine.accesses.access(
            of: holder, version: version, in: { try engine.schema.current(on: connection, version: version) },
            on: connection
        )
    }

    private static let ownUser = KeptSQL(
        """
        SELECT s.version, u."ProfileId", u."TimeZoneSidKey", u."LanguageLocaleKey", u."LocaleSidKey" \
        FROM "User" u, az_schema s \
        WHERE u."Id" = \(.null) AND u."IsActive" = 1 AND u."IsDeleted" = 0
        """
    )

    /// The shorter form for those who ask nothing but what may be done.
    func access(on connection: any Connection) throws -> Access { try viewer(on: connection).access }
}
