import Records
import Store
import Synchronization
import Vault

/// What a session may see and do at one moment of the database. An object: it is handed about with every reading.
final class Access: Sendable {
    /// All objects and fields, whoever asks.
    let full: Schema
    /// What the session may read; its `isCreateable` and kin say what it may write.
    let visible: Schema
    let rights: Rights
    /// Whose records it reaches; nil where it reaches all of the objects that it may read.
    let reach: Reach?
    /// Whose records are there under the purpose; nil where everybody's are.
    let subjects: SubjectLimit?
    /// By which values of encrypted fields are told; nil where no field ever was.
    let fieldKeys: FieldKeys?
    let key: Key

    /// By what plans of queries are kept beside the version of the schema.
    struct Key: Hashable {
        let holder: Rights.Holder
        /// Of the rights and of the sharing.
        let version: Int64
        /// Where it matters who asks.
        let user: RecordID?
        /// Where it limits.
        let purpose: RecordID?
        /// Where it decides at what moment one asks.
        let subjects: SubjectLimit?
    }

    init(
        full: Schema, visible: Schema, rights: Rights, version: Int64 = 0, reach: Reach? = nil,
        of user: RecordID? = nil, subjects: SubjectLimit? = nil, fieldKeys: FieldKeys?
    ) {
        self.full = full
        self.visible = visible
        self.rights = rights
        self.reach = reach
        self.subjects = subjects
        self.fieldKeys = fieldKeys
        key = Key(
            holder: rights.holder, version: version, user: reach == nil ? nil : user, purpose: rights.purpose?.id,
            subjects: subjects)
    }

    /// The same at a moment, where what people have decided by then counts.
    func at(_ moment: Instant) -> Access {
        guard let purpose = rights.purpose, let id = purpose.id, purpose.subjects != .everyone else { return self }
        return Access(
            full: full, visible: visible, rights: rights, version: key.version, reach: reach, of: key.user,
            subjects: SubjectLimit(purpose: id, scope: purpose.subjects, moment: moment), fieldKeys: fieldKeys)
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
        var accesses: [HolderKey: Access] = [:]
        var directory: Directory?
        var assignments: Assignments?
        var purposes: Purposes?
    }

    private struct HolderKey: Hashable {
        let holder: Rights.Holder
        let purpose: RecordID?
    }

    private struct UserKey: Hashable {
        let user: RecordID
        let holder: HolderKey
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
        try access(of: .system, under: nil, version, in: schema, on: connection)
    }

    /// What a user may do, by a profile and what is assigned now.
    ///
    /// - Parameter purpose: The name of the purpose that the user works under; nil: whatever is there under any.
    /// - Throws: `INVALID_SESSION_ID` when the user may not work under the purpose, or no longer.
    func access(
        of user: RecordID, profile: RecordID?, under purpose: String?, at now: Instant, _ version: Version,
        in schema: () throws -> Schema, on connection: any Connection
    ) throws -> Access {
        guard let profile else { return try access(of: .nobody, under: nil, version, in: schema, on: connection) }
        let sets = try assignments(version, on: connection).sets(of: user, profile: profile, at: now)
        var limit: PurposeLimit?
        if let purpose {
            limit = try purposes(version, on: connection).limit(of: purpose, for: sets)
            guard limit != nil else { throw PlatformError(.invalidSessionID, "Session expired or invalid") }
        }
        return try access(
            of: user, .sets(profile: profile, sets), under: limit.flatMap { $0.isBinding ? $0 : nil }, version,
            in: schema, on: connection
        ).at(now)
    }

    /// The names of the purposes that a user may work under.
    func purposes(
        of user: RecordID, profile: RecordID, at now: Instant, _ version: Version, _ connection: any Connection
    ) throws -> [String] {
        let sets = try assignments(version, on: connection).sets(of: user, profile: profile, at: now)
        return try purposes(version, on: connection).names(for: sets)
    }

    private func access(
        of user: RecordID, _ holder: Rights.Holder, under purpose: PurposeLimit?, _ version: Version,
        in schema: () throws -> Schema, on connection: any Connection
    ) throws -> Access {
        let access = try access(of: holder, under: purpose, version, in: schema, on: connection)
        if access.rights.hasAll { return access }
        let key = UserKey(user: user, holder: HolderKey(holder: holder, purpose: purpose?.id), version: version)
        return try users.value(key) {
            // Where all is open to everybody, nobody need know who belongs where.
            let isLimited =
                try access.full.objects.contains { [.private, .read].contains($0.sharing) }
                || SharingRule.isAnyRestriction(on: connection)
            guard isLimited else { return access }
            let reach = Reach(
                user: user, viewsAll: access.rights.powers.contains(.viewsAll), try directory(version, on: connection))
            return Access(
                full: access.full, visible: access.visible, rights: access.rights, version: version.access,
                reach: reach, of: user, fieldKeys: access.fieldKeys)
        }
    }

    private func access(
        of holder: Rights.Holder, under purpose: PurposeLimit?, _ version: Version, in schema: () throws -> Schema,
        on connection: any Connection
    ) throws -> Access {
        let key = HolderKey(holder: holder, purpose: purpose?.id)
        let known = held.withLock { $0.version == version ? $0.accesses[key] : nil }
        if let known { return known }
        let schema = try schema()
        let rights = try Rights(holder, under: purpose, on: connection)
        let access = Access(
            full: schema, visible: rights.filter(schema), rights: rights, version: version.access,
            fieldKeys: connection.fieldKeys)
        keep(version) { $0.accesses[key] = access }
        return access
    }

    private func assignments(_ version: Version, on connection: any Connection) throws -> Assignments {
        if let known = held.withLock({ $0.version == version ? $0.assignments : nil }) { return known }
        let assignments = try Assignments(on: connection)
        keep(version) { $0.assignments = assignments }
        return assignments
    }

    private func purposes(_ version: Version, on connection: any Connection) throws -> Purposes {
        if let known = held.withLock({ $0.version == version ? $0.purposes : nil }) { return known }
        let purposes = try Purposes(on: connection)
        keep(version) { $0.purposes = purposes }
        return purposes
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
            of: user, profile: found.profile, under: purpose, at: engine.environment.now(), found.version,
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
