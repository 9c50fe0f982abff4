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
    /// Whose records it reaches; nil where it reaches all of the objects that it may read.
    let reach: Reach?
    let key: Key

    /// By what plans of queries are kept beside the version of the schema.
    struct Key: Hashable {
        let holder: Rights.Holder
        /// Of the rights and of the sharing.
        let version: Int64
        /// Where it matters who asks.
        let user: RecordID?
    }

    init(
        full: Schema, visible: Schema, rights: Rights, version: Int64 = 0, reach: Reach? = nil, of user: RecordID? = nil
    ) {
        self.full = full
        self.visible = visible
        self.rights = rights
        self.reach = reach
        key = Key(holder: rights.holder, version: version, user: reach == nil ? nil : user)
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

/// What profiles may see and whom users reach, worked out once for each version of the schema and of who belongs where.
final class AccessCache: Sendable {
    /// What holds at one moment.
    struct Version: Hashable, Comparable {
        let schema: Int64
        /// Of users, roles, groups, rights and sharing rules.
        let access: Int64

        init(schema: Int64, access: Int64) {
            self.schema = schema
            self.access = access
        }

        init(on connection: any Connection) throws {
            self =
                try connection.first(Self.query, []) { Version(schema: $0.int64(0), access: $0.int64(1)) }
                ?? Version(schema: 0, access: 0)
        }

        private static let query = KeptSQL("SELECT version, access FROM az_schema")

        static func < (a: Version, b: Version) -> Bool { (a.schema, a.access) < (b.schema, b.access) }
    }

    private struct Held {
        var version = Version(schema: -1, access: -1)
        var accesses: [Rights.Holder: Access] = [:]
        var directory: Directory?
        var assignments: Assignments?
    }

    private struct UserKey: Hashable {
        let user: RecordID
        let holder: Rights.Holder
        let version: Version
    }

    private let held = Mutex(Held())
    private let users = GenerationCache<UserKey, Access>(max: 2000)

    func forget() {
        held.withLock { $0 = Held() }
        users.forget()
    }

    /// What the product itself may do.
    ///
    /// - Parameters:
    ///   - version: At the moment at which `connection` stands.
    ///   - schema: That schema; asked for when the access is not known.
    func systemAccess(
        _ version: Version, in schema: () throws -> Schema, on connection: any Connection
    ) throws -> Access {
        try access(of: .system, version, in: schema, on: connection)
    }

    /// What a user may do, by a profile and what is assigned now.
    func access(
        of user: RecordID, profile: RecordID?, at now: Instant, _ version: Version, in schema: () throws -> Schema,
        on connection: any Connection
    ) throws -> Access {
        guard let profile else { return try access(of: .nobody, version, in: schema, on: connection) }
        let sets = try assignments(version, on: connection).sets(of: user, profile: profile, at: now)
        let holder = Rights.Holder.sets(profile: profile, sets)
        let access = try access(of: holder, version, in: schema, on: connection)
        if access.rights.modifiesAll { return access }
        return try users.value(UserKey(user: user, holder: holder, version: version)) {
            // Where all is open to everybody, nobody need know who belongs where.
            let isLimited =
                try access.full.objects.contains { [.private, .read].contains($0.sharing) }
                || SharingRule.isAnyRestriction(on: connection)
            guard isLimited else { return access }
            let reach = Reach(
                user: user, viewsAll: access.rights.powers.contains(.viewsAll), try directory(version, on: connection))
            return Access(
                full: access.full, visible: access.visible, rights: access.rights, version: version.access,
                reach: reach, of: user)
        }
    }

    private func access(
        of holder: Rights.Holder, _ version: Version, in schema: () throws -> Schema, on connection: any Connection
    ) throws -> Access {
        let known = held.withLock { $0.version == version ? $0.accesses[holder] : nil }
        if let known { return known }
        let schema = try schema()
        let rights = try Rights(holder, on: connection)
        let access = Access(full: schema, visible: rights.filter(schema), rights: rights, version: version.access)
        keep(version) { $0.accesses[holder] = access }
        return access
    }

    private func assignments(_ version: Version, on connection: any Connection) throws -> Assignments {
        if let known = held.withLock({ $0.version == version ? $0.assignments : nil }) { return known }
        let assignments = try Assignments(on: connection)
        keep(version) { $0.assignments = assignments }
        return assignments
    }

    private func directory(_ version: Version, on connection: any Connection) throws -> Directory {
        if let known = held.withLock({ $0.version == version ? $0.directory : nil }) { return known }
        let directory = try Directory(on: connection)
        keep(version) { $0.directory = directory }
        return directory
    }

    /// A reader of an older moment puts nothing back.
    private func keep(_ version: Version, _ change: (inout Held) -> Void) {
        held.withLock { held in
            if held.version < version { held = Held(version: version) }
            if held.version == version { change(&held) }
        }
    }
}

extension Session {
    /// What this session may see and do, by the moment of the database that `connection` stands at: a user who was
    /// made inactive, or whose profile changed, feels it at the next statement.
    func viewer(on connection: any Connection) throws -> Viewer {
        if system != nil {
            let version = try AccessCache.Version(on: connection)
            let access = try engine.accesses.systemAccess(
                version, in: { try engine.schema.current(on: connection, version: version.schema) }, on: connection)
            return Viewer(
                access: access, user: user, timeZone: engine.organisation.timeZone,
                language: engine.organisation.defaultLanguage, locale: engine.organisation.defaultLocale,
                currency: engine.organisation.currency
            )
        }
        let found = try connection.first(Self.ownUser, [.id(user)]) { row in
            (
                version: AccessCache.Version(schema: row.int64(0), access: row.int64(5)),
                profile: row.value(1, as: .reference).id,
                timeZone: row.value(2, as: .string).text,
                language: row.value(3, as: .string).text, locale: row.value(4, as: .string).text
            )
        }
        guard let found else {
            throw PlatformError(.invalidSessionID, "Session expired or invalid")
        }
        let access = try engine.accesses.access(
            of: user, profile: found.profile, at: engine.environment.now(), found.version,
            in: { try engine.schema.current(on: connection, version: found.version.schema) }, on: connection
        )
        return Viewer(
            access: access, user: user, timeZone: found.timeZone ?? engine.organisation.timeZone,
            language: (found.language ?? engine.organisation.defaultLanguage).hasPrefix("ja") ? "ja" : "en",
            locale: found.locale ?? engine.organisation.defaultLocale, currency: engine.organisation.currency
        )
    }

    private static let ownUser = KeptSQL(
        """
        SELECT s.version, u."ProfileId", u."TimeZoneSidKey", u."LanguageLocaleKey", u."LocaleSidKey", \
        s.access \
        FROM "User" u, az_schema s \
        WHERE u."Id" = \(.null) AND u."IsActive" = 1 AND u."IsDeleted" = 0
        """
    )

    /// The shorter form for those who ask nothing but what may be done.
    func access(on connection: any Connection) throws -> Access { try viewer(on: connection).access }
}
