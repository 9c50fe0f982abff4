import Records
import Store

/// The step that puts what must be provable later into the evidence log, in the transaction of the act.
enum EvidenceStep {
    private struct Proven {
        let kind: Evidence.Kind
        let fields: [String]
    }

    /// Objects whose every creation and change is evidence, and the fields that are told. None of them may hold what a
    /// person wrote or is: the log is never erased.
    private static let proven: [String: Proven] = [
        "ConsentEvent": Proven(
            kind: .consent, fields: ["Channel", "Status", "Method", "TextVersion", "Language", "CaptureDate"]),
        "DataSubjectRequest": Proven(
            kind: .request, fields: ["Name", "Kind", "Status", "Regulation", "DueDate", "RefusalGround"]),
        "User": Proven(kind: .access, fields: ["ProfileId", "UserRoleId", "IsActive"]),
        "UserRole": Proven(kind: .access, fields: ["ParentRoleId"]),
        "GroupMember": Proven(kind: .access, fields: ["GroupId", "UserOrGroupId"]),
        "PermissionSetAssignment": Proven(
            kind: .access, fields: ["AssigneeId", "PermissionSetId", "PermissionSetGroupId"]),
        "PermissionSetGroupComponent": Proven(kind: .access, fields: ["PermissionSetGroupId", "PermissionSetId"]),
        "ObjectPermissions": Proven(kind: .access, fields: ["ParentId", "SobjectType"] + ObjectRights.fields),
        "FieldPermissions": Proven(kind: .access, fields: ["ParentId", "Field", "PermissionsRead", "PermissionsEdit"]),
        "DataUsePurpose": Proven(kind: .access, fields: ["DeveloperName", "SubjectScope"]),
        "DataUsePurposeScope": Proven(kind: .access, fields: ["DataUsePurposeId", "SobjectType", "Field"]),
        "PermissionSet": Proven(kind: .access, fields: ["DataUsePurposeId"]),
        "SignInPolicy": Proven(
            kind: .access,
            fields: [
                "Addresses", "Days", "StartTime", "EndTime", "IdleMinutes", "LifeMinutes", "IsActive", "ProfileId",
                "RequiresSecondFactor",
            ]),
        "UserFactor": Proven(kind: .access, fields: ["UserId", "Kind"]),
        "SharingRule": Proven(
            kind: .access, fields: ["SobjectType", "Type", "SharedFromId", "SharedToId", "AccessLevel", "IsActive"]),
    ]

    private static func proven(_ object: ObjectSchema) -> Proven? {
        if let proven = proven[object.name] { return proven }
        guard object.sharedObject != nil else { return nil }
        let told = object.fields.filter { $0.type == .reference || $0.name.hasSuffix("AccessLevel") }.map(\.name)
        return Proven(kind: .access, fields: told.filter { $0 != "LastModifiedById" })
    }

    static func record(_ set: WriteSet, _ transaction: WriteTransaction) throws {
        try record(set, by: transaction.session, at: transaction.now, transaction.connection)
    }

    static func record(_ set: WriteSet, by session: Session, at now: Instant, _ connection: any Connection) throws {
        guard let proven = proven(set.object) else { return }
        // Of who may do what only what decides about it: a changed telephone number of a user is no evidence.
        if proven.kind == .access, set.operation == .update,
            !set.fields.contains(where: { proven.fields.contains($0.name) })
        {
            return
        }
        session.engine.evidence.expectMore()
        for row in set.goodRows {
            try append(
                proven, set.rows[row].id, of: set.rows[row].subject, by: session, at: now, connection
            ) { set.value($0, of: row) }
        }
    }

    /// Of records that went away: who had a right has it no more.
    static func recordDeletion(of rows: [StoredRow], _ transaction: WriteTransaction) throws {
        for row in rows {
            guard let proven = proven(row.object), proven.kind == .access else { continue }
            transaction.engine.evidence.expectMore()
            try append(
                proven, row.id, of: nil, facts: ["deleted": .text("true")], by: transaction.session,
                at: transaction.now, transaction.connection
            ) { row[$0] }
        }
    }

    private static func append(
        _ proven: Proven, _ record: RecordID, of subject: RecordID?, facts told: [String: Evidence.Fact] = [:],
        by session: Session, at now: Instant, _ connection: any Connection, _ value: (String) -> Value
    ) throws {
        var facts = told
        facts["record"] = .text(record.description)
        for field in proven.fields {
            if let text = WireText.text(of: value(field)) { facts[field] = .text(text) }
        }
        try EvidenceLog.append(
            Evidence(proven.kind, at: now, by: session.user, to: subject, facts: facts), connection)
    }
}
