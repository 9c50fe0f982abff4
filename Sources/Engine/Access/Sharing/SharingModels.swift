import Records
import Store

/// Sets what everybody may do with the records of an object.
struct SharingModels {
    let schema: Schema
    let connection: any Connection

    func set(_ model: SharingModel, of name: String) throws {
        guard let object = schema.object(name), !object.isInternal else {
            throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
        }
        guard object.isOwned else {
            throw PlatformError(
                .invalidOperation,
                "Records of \(object.name) have no owner: who sees them follows from what they belong to.")
        }
        if object.name == "ContentDocument" {
            throw PlatformError(
                .invalidOperation, "A file is seen by its owner, and by whoever sees what it is linked to.")
        }
        if model == .controlledByParent, object.sharingParents.isEmpty {
            throw PlatformError(.invalidOperation, "Records of \(object.name) belong to no others that could decide.")
        }
        try connection.execute(
            """
            INSERT INTO az_sharing_model (object, model) VALUES (\(.text(object.name)), \(.text(model.rawValue))) \
            ON CONFLICT (object) DO UPDATE SET model = excluded.model
            """
        )
        if model != .readWrite { try SchemaTables.createOwnerIndex(of: object, on: connection) }
        if object.isCustom, model != .readWrite, schema.object(object.shareName) == nil { try addShares(of: object) }
        try LiveSchema.advance(on: connection)
    }

    /// The object of its shares, which a custom object has from when its records are not everybody's.
    private func addShares(of object: ObjectSchema) throws {
        let text = """
            label: \(object.label) Share
            plural: \(object.label) Shares
            ja: \(object.labelJa)の共有
            prefix: \(try SchemaChange.freePrefix(in: schema))
            can: create update delete query
            sharing: ControlledByParent ParentId
            system: Id IsDeleted LastModifiedDate LastModifiedById SystemModstamp

            ParentId reference required once to=\(object.name):Shares as=Parent parent=cascade | Parent ID | 親
            AccessLevel picklist(40) required restricted | Access Level | アクセス権
                Read | Read Only | 参照のみ
                Edit | Read/Write | 参照・更新
                All | Full Access | すべて
            Reason string(255) class=free-text | Reason | 理由
            RowCause picklist(40) restricted once default=Manual | Row Cause | 行の原因
                * Manual | Manual Sharing | 共有の直接設定
                Team | Team | チーム
            UserOrGroupId reference required once to=Group,User as=UserOrGroup parent=cascade | User or Group ID | ユーザーまたはグループ
            """
        let name = object.shareName
        let shares = try ObjectText.parse(text, name: name, file: name, system: try Catalogue.systemFields())
        try SchemaTables.create(shares, on: connection)
        try connection.execute("INSERT INTO az_sequence (name, next) VALUES (\(.text(name)), 1)")
        try connection.execute("INSERT INTO az_object (name, text) VALUES (\(.text(name)), \(.text(text)))")
    }
}
