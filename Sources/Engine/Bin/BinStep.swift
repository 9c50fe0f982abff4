import Records
import Store

/// What goes into the bin, comes back, or is destroyed.
///
/// A row in the bin stays in its table, marked as deleted and out of the search index; everything that one deletion
/// took has the id of the record that was asked for as its batch.
enum BinStep {
    /// A record that may be deleted.
    ///
    /// - Parameter isProducts: Whether the product itself deletes it, as what follows from another write.
    static func liveRow(
        _ id: RecordID, isProducts: Bool = false, _ transaction: WriteTransaction
    ) throws -> StoredRow {
        let object = try deletable(id, isProducts: isProducts, transaction)
        guard let row = try transaction.connection.storedRows([id], of: object).first else {
            throw PlatformError(.notFound, "The requested resource does not exist", fields: ["Id"])
        }
        if try isInBin(id, transaction) { throw PlatformError(.entityIsDeleted, "entity is deleted") }
        return row
    }

    static func isInBin(_ id: RecordID, _ transaction: WriteTransaction) throws -> Bool {
        try transaction.connection.first("SELECT 1 FROM az_bin WHERE record = \(.id(id))") { _ in true } ?? false
    }

    /// Everything that was deleted together with a record; the record itself first.
    static func batch(of id: RecordID, _ transaction: WriteTransaction) throws -> [StoredRow] {
        _ = try deletable(id, isProducts: false, transaction)
        let ids = try transaction.connection.all(
            "SELECT record FROM az_bin WHERE batch = \(.id(id)) ORDER BY record"
        ) { RecordID(rawValue: $0.int64(0)) }
        guard ids.contains(id) else {
            throw PlatformError(
                .invalidOperation,
                "Entity is not in the recycle bin, or went there with its parent: undelete or purge the parent",
                fields: ["Id"]
            )
        }
        var rows: [StoredRow] = []
        for (prefix, part) in Dictionary(grouping: ids, by: \.prefix) {
            guard let first = part.first, let object = transaction.schema.object(of: first), first.prefix == prefix
            else {
                continue
            }
            rows += try transaction.connection.storedRows(part, of: object)
        }
        return rows.sorted { ($0.id != id ? 1 : 0, $0.id) < ($1.id != id ? 1 : 0, $1.id) }
    }

    static func put(_ rows: [StoredRow], under batch: RecordID, _ transaction: WriteTransaction) throws {
        for row in rows {
            try mark(row, isDeleted: true, transaction)
            try transaction.connection.execute(
                """
                INSERT INTO az_bin (record, batch, at, "by") VALUES \
                (\(.id(row.id)), \(.id(batch)), \(.datetime(transaction.now)), \(.id(transaction.session.user)))
                """
            )
            try SearchStep.move(row, isThere: false, transaction)
        }
        try DuplicateRuleStep.renew(rows, transaction.connection)
    }

    static func take(_ rows: [StoredRow], under batch: RecordID, _ transaction: WriteTransaction) throws {
        let together = Set(rows.map(\.id))
        for row in rows {
            try refuseOrphan(row, together, transaction)
            do {
                try mark(row, isDeleted: false, transaction)
            } catch let error as PlatformError where error.code == .duplicateValue {
                throw PlatformError(
                    .duplicateValue,
                    "\(row.object.name) \(row.id): another record has taken its \(error.fields.joined(separator: ", "))",
                    fields: error.fields
                )
            }
            try standAlone(row, transaction)
            try SearchStep.move(row, isThere: true, transaction)
        }
        try DuplicateRuleStep.renew(rows, transaction.connection)
        try refill(batch, transaction)
        try forget(batch, transaction)
    }

    static func destroy(_ rows: [StoredRow], under batch: RecordID, _ transaction: WriteTransaction) throws {
        for row in rows {
            try SearchStep.move(row, isThere: false, transaction)
            try LookupCleaner(transaction).clear([row.id], of: row.object)
            try transaction.connection.execute(
                "DELETE FROM \(identifier: Identifier(row.object.name)) WHERE \"Id\" = \(.id(row.id))"
            )
            try transaction.connection.execute("DELETE FROM az_history WHERE record = \(.id(row.id))")
            try transaction.connection.execute("DELETE FROM az_bin_link WHERE record = \(.id(row.id))")
        }
        try forget(batch, transaction)
    }

    /// The object of an id, if the session may delete its records.
    private static func deletable(
        _ id: RecordID, isProducts: Bool, _ transaction: WriteTransaction
    ) throws -> ObjectSchema {
        if try StandingRow.isOne(id, transaction.connection) {
            throw PlatformError(.deleteFailed, "\(id) stands for a profile or a role, and goes with that alone.")
        }
        if isProducts, let object = transaction.schema.object(of: id) { return object }
        guard let object = transaction.access.visible.object(of: id) else {
            throw PlatformError(.notFound, "The requested resource does not exist", fields: ["Id"])
        }
        guard object.isDeletable || transaction.isSystem else {
            throw PlatformError(
                .insufficientAccessOrReadonly,
                "insufficient access rights on object \(object.name): the user may not delete its records"
            )
        }
        try SharingStep.demand(.all, on: id, of: object, transaction)
        return transaction.schema.object(object.name) ?? object
    }

    /// A deletion changes nothing else than the mark, so that undelete leaves the record as it was.
    private static func mark(_ row: StoredRow, isDeleted: Bool, _ transaction: WriteTransaction) throws {
        let stamp: SQL =
            row.object.field("SystemModstamp") == nil ? "" : ", \"SystemModstamp\" = \(.datetime(transaction.now))"
        try transaction.connection.execute(
            """
            UPDATE \(identifier: Identifier(row.object.name)) SET "IsDeleted" = \(.boolean(isDeleted))\(stamp) \
            WHERE "Id" = \(.id(row.id))
            """
        )
    }

    /// A record that cannot be without its parent does not come back while the parent is in the bin.
    private static func refuseOrphan(
        _ row: StoredRow, _ together: Set<RecordID>, _ transaction: WriteTransaction
    ) throws {
        for field in row.object.fields where field.onParentDelete == .cascade {
            guard let parent = row[field.name].id, !together.contains(parent), try isInBin(parent, transaction) else {
                continue
            }
            throw PlatformError(
                .entityIsDeleted, "\(field.label) \(parent) is in the recycle bin: undelete it first",
                fields: [field.name]
            )
        }
    }

    /// A merged record that comes back stands for itself again; what was moved to the master stays there.
    private static func standAlone(_ row: StoredRow, _ transaction: WriteTransaction) throws {
        guard let field = row.object.field("MasterRecordId"), !row[field.name].isNull else { return }
        try transaction.connection.execute(
            """
            UPDATE \(identifier: Identifier(row.object.name)) SET \(identifier: Identifier(field.name)) = \(.null) \
            WHERE "Id" = \(.id(row.id))
            """
        )
        try MergedRecords.forget(row.id, transaction.connection)
        transaction.subjects.forget()
        transaction.note(
            Change(
                kind: .update, object: row.object, record: row.id, subject: try transaction.subjects.root(of: row.id),
                fields: [field], values: [.null]
            )
        )
    }

    /// Lookups that the deletion emptied are filled again where nobody has filled them since.
    private static func refill(_ batch: RecordID, _ transaction: WriteTransaction) throws {
        let links = try transaction.connection.all(
            "SELECT record, field, parent FROM az_bin_link WHERE batch = \(.id(batch))"
        ) { (record: RecordID(rawValue: $0.int64(0)), field: $0.string(1), parent: $0.int64(2)) }
        for link in links {
            guard let object = transaction.schema.object(of: link.record), let field = object.field(link.field) else {
                continue
            }
            let column = Identifier(field.name)
            let parent = Value.id(RecordID(rawValue: link.parent))
            let changed = try transaction.connection.execute(
                """
                UPDATE \(identifier: Identifier(object.name)) SET \(identifier: column) = \(parent) \
                WHERE "Id" = \(.id(link.record)) AND \(identifier: column) IS NULL
                """
            )
            guard changed > 0 else { continue }
            transaction.note(
                Change(
                    kind: .update, object: object, record: link.record,
                    subject: try transaction.subjects.root(of: link.record), fields: [field], values: [parent]
                )
            )
        }
    }

    private static func forget(_ batch: RecordID, _ transaction: WriteTransaction) throws {
        try transaction.connection.execute("DELETE FROM az_bin WHERE batch = \(.id(batch))")
        try transaction.connection.execute("DELETE FROM az_bin_link WHERE batch = \(.id(batch))")
    }
}
