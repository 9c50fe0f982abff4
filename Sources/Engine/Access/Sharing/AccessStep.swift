import Records
import Store

/// The step that notes that somebody belongs elsewhere, or that a permission or a rule has changed: what was worked out of it is worked out
/// again, by every process, at its next statement.
enum AccessStep {
    /// What decides about access, by object; a change of other fields leaves all as it is.
    private static let deciding: [String: Set<String>] = [
        "User": ["UserRoleId", "ManagerId"],
        "UserRole": [
            "ParentRoleId", "CaseAccessForAccountOwner", "ContactAccessForAccountOwner",
            "OpportunityAccessForAccountOwner",
        ],
        "Group": ["Type", "RelatedId", "DoesIncludeBosses"],
        "GroupMember": [],
        "SharingRule": [
            "Name", "AccessLevel", "Criteria", "IsActive", "SharedFromId", "SharedToId", "SobjectType", "Type",
        ],
        "Profile": powers, "PermissionSet": powers, "PermissionSetAssignment": [], "PermissionSetGroup": [],
        "PermissionSetGroupComponent": [], "ObjectPermissions": Set(ObjectRights.fields),
        "FieldPermissions": ["PermissionsRead", "PermissionsEdit"],
        "DataUsePurpose": ["DeveloperName", "SubjectScope"], "DataUsePurposeScope": [], "SignInPolicy": [],
    ]
    private static let powers = Set(Rights.Power.allCases.map(\.rawValue) + ["DataUsePurposeId"])

    /// Whether the records of an object decide who may do what.
    static func decides(_ object: String) -> Bool { deciding.keys.contains(object) }

    /// To be called when rows were written.
    static func note(_ set: WriteSet, at now: Instant, _ connection: any Connection) throws {
        guard let fields = deciding[set.object.name] else { return }
        let isDeciding = set.operation == .create || set.fields.contains { fields.contains($0.name) }
        guard isDeciding, !set.goodRows.isEmpty else { return }
        if set.object.name == "UserRole" { try GroupRows.renew(at: now, on: connection) }
        try advance(connection)
    }

    /// To be called when rows went, or came back.
    static func note(_ rows: [StoredRow], at now: Instant, _ connection: any Connection) throws {
        let objects = Set(rows.map(\.object.name)).intersection(deciding.keys)
        if objects.isEmpty { return }
        if objects.contains("UserRole") { try GroupRows.renew(at: now, on: connection) }
        try advance(connection)
    }

    private static func advance(_ connection: any Connection) throws {
        try connection.execute("UPDATE az_schema SET access = access + 1")
    }
}
