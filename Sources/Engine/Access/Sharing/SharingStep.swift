import Records
import Store

/// The step that refuses what the sharing of records does not allow. Whoever may not see a record is told that it is not there.
enum SharingStep {
    /// Changes of rows that the session may not see or change, and of owners by others than who may give a record away.
    static func checkStored(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        if set.isProducts { return }
        let ids = set.goodRows.map { set.rows[$0].id }
        func permitted(_ level: AccessLevel) throws -> Set<RecordID>? {
            try RecordFilter.permitted(ids, of: set.object, for: level, transaction.access, transaction.connection)
        }
        guard let editable = try permitted(.edit) else { return }
        let seen = try permitted(.read)
        let owner = set.column("OwnerId")
        let owned = owner == nil ? nil : try permitted(.all)
        for row in set.goodRows {
            let id = set.rows[row].id
            if let seen, !seen.contains(id) {
                set.rows[row].refusals.append(notFound)
            } else if !editable.contains(id) {
                set.rows[row].refusals.append(tooLittle(id))
            } else if let owned, let owner, !owned.contains(id),
                set.cells.value(row, owner) != set.oldValue("OwnerId", of: row)
            {
                set.rows[row].refusals.append(
                    PlatformError(
                        .insufficientAccessOrReadonly,
                        "Only the owner, those above and administrators give \(id) to another owner.",
                        fields: ["OwnerId"]))
            }
        }
    }

    /// Rows that belong to records which the session may only look at, and shares of records that are not its own.
    static func checkParents(
        _ set: inout WriteSet, _ access: Access, _ connection: any Connection
    ) throws {
        guard !set.isProducts, set.object.sharing == .controlledByParent, !set.object.isOwned else { return }
        // What is taken down once and never changed, such as a consent, adds nothing to its parent that one could spoil.
        let level: AccessLevel =
            set.object.sharedObject != nil ? .all : set.object.isUpdateable ? .edit : .read
        for name in set.object.sharingParents {
            guard let column = set.column(name) else { continue }
            var rows: [RecordID: [Int]] = [:]
            for row in set.goodRows {
                guard let id = set.cells[row, column].id, set.oldValue(name, of: row).id != id else { continue }
                rows[id, default: []].append(row)
            }
            for (prefix, ids) in Dictionary(grouping: rows.keys, by: \.prefix) {
                guard let object = access.full.objects.first(where: { $0.keyPrefix == prefix }),
                    let permitted = try RecordFilter.permitted(ids, of: object, for: level, access, connection)
                else { continue }
                for id in ids where !permitted.contains(id) {
                    for row in rows[id] ?? [] {
                        set.rows[row].refusals.append(
                            PlatformError(
                                .insufficientAccessOnCrossReferenceEntity,
                                "insufficient access rights on cross-reference id: \(id)", fields: [name]))
                    }
                }
            }
        }
    }

    /// - Throws: `NOT_FOUND` for a record that the session may not see, `INSUFFICIENT_ACCESS_OR_READONLY` for one that it may not
    ///   go so far with.
    static func demand(
        _ level: AccessLevel, on id: RecordID, of object: ObjectSchema, _ transaction: WriteTransaction
    ) throws {
        let (access, connection) = (transaction.access, transaction.connection)
        if try RecordFilter.permitted([id], of: object, for: level, access, connection)?.contains(id) ?? true { return }
        throw try RecordFilter.permits(id, for: .read, access, connection) ? tooLittle(id) : notFound
    }

    private static let notFound = PlatformError(.notFound, "The requested resource does not exist", fields: ["Id"])

    private static func tooLittle(_ id: RecordID) -> PlatformError {
        PlatformError(.insufficientAccessOrReadonly, "insufficient access rights on object id: \(id)")
    }
}
