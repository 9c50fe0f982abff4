import Records
import Store

/// Which permission sets whom is assigned, as one moment of the database had it.
struct Assignments: Sendable {
    private struct Assigned: Sendable {
        let set: RecordID
        /// Nil: for good.
        let until: Instant?
    }

    private let byUser: [RecordID: [Assigned]]
    private let byProfile: [RecordID: RecordID]

    init(on connection: any Connection) throws {
        var inGroups: [RecordID: [RecordID]] = [:]
        try connection.rows(
            """
            SELECT c."PermissionSetGroupId", c."PermissionSetId" FROM "PermissionSetGroupComponent" c \
            JOIN "PermissionSetGroup" g ON g."Id" = c."PermissionSetGroupId" WHERE c."IsDeleted" = 0 AND g."IsDeleted" = 0
            """
        ) { row in
            inGroups[RecordID(rawValue: row.int64(0)), default: []].append(RecordID(rawValue: row.int64(1)))
            return true
        }
        var byUser: [RecordID: [Assigned]] = [:]
        try connection.rows(
            """
            SELECT "AssigneeId", "PermissionSetId", "PermissionSetGroupId", "ExpirationDate" \
            FROM "PermissionSetAssignment" WHERE "IsDeleted" = 0 AND "IsRevoked" = 0
            """
        ) { row in
            let until = row.isNull(3) ? nil : Instant(milliseconds: row.int64(3))
            let group = row.isNull(2) ? nil : RecordID(rawValue: row.int64(2))
            let sets = row.isNull(1) ? group.flatMap { inGroups[$0] } ?? [] : [RecordID(rawValue: row.int64(1))]
            byUser[RecordID(rawValue: row.int64(0)), default: []] += sets.map { Assigned(set: $0, until: until) }
            return true
        }
        var byProfile: [RecordID: RecordID] = [:]
        try connection.rows(
            """
            SELECT "ProfileId", "Id" FROM "PermissionSet" \
            WHERE "IsOwnedByProfile" = 1 AND "ProfileId" IS NOT NULL AND "IsDeleted" = 0
            """
        ) { row in
            byProfile[RecordID(rawValue: row.int64(0))] = RecordID(rawValue: row.int64(1))
            return true
        }
        self.byUser = byUser
        self.byProfile = byProfile
    }

    /// The profile's own set, and those that are assigned to a user at a moment; sorted, each once.
    func sets(of user: RecordID, profile: RecordID, at now: Instant) -> [RecordID] {
        var sets = byProfile[profile].map { [$0] } ?? []
        for assigned in byUser[user] ?? [] where assigned.until.map({ $0 > now }) ?? true { sets.append(assigned.set) }
        return sets.count < 2 ? sets : Set(sets).sorted()
    }
}
