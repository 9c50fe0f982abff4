import Records
import Store

/// Everything that a deletion takes along, and the lookups that it empties.
struct Cascade {
    /// The record itself first, then what goes with it.
    private(set) var rows: [StoredRow]
    private var emptied: [(row: RecordID, object: ObjectSchema, field: Field, parent: RecordID)] = []

    /// How many records one deletion may take.
    static let rowsMax = 100_000

    /// Follows the lookups of children, level by level.
    /// - Throws: `DELETE_FAILED` when a record refers to one of them that forbids it.
    init(from root: StoredRow, _ transaction: WriteTransaction) throws {
        rows = [root]
        var taken: Set<RecordID> = [root.id]
        var place = 0
        while place < rows.count {
            let row = rows[place]
            place += 1
            let children = ChildRecords(relationships: transaction.schema.children(of: row.object))
            let all = try children.find([row.id], withBin: false, transaction.connection)
            for (child, found) in zip(children.relationships, all) where !found.isEmpty {
                switch Self.rule(child) {
                case .restrict:
                    let others = found.filter { !taken.contains($0) }
                    guard others.isEmpty else { throw Self.refusal(row, child.child, others) }
                case .cascade:
                    let new = found.filter { taken.insert($0).inserted }
                    rows += try transaction.connection.storedRows(new, of: child.child)
                case .setNull:
                    emptied += found.map { ($0, child.child, child.field, row.id) }
                }
            }
            guard rows.count <= Self.rowsMax else {
                throw PlatformError(
                    .operationTooLarge,
                    "The deletion would take more than \(Self.rowsMax) records along. Delete some of its children first."
                )
            }
        }
        emptied.removeAll { taken.contains($0.row) }
    }

    /// Empties lookups to what is deleted, and remembers them for undelete.
    func emptyLookups(_ transaction: WriteTransaction) throws {
        guard let batch = rows.first?.id else { return }
        for link in emptied {
            let subject = try transaction.subjects.root(of: link.row)
            let column = Identifier(link.field.name)
            try transaction.connection.execute(
                """
                UPDATE \(identifier: Identifier(link.object.name)) SET \(identifier: column) = \(.null) \
                WHERE "Id" = \(.id(link.row))
                """
            )
            try transaction.connection.execute(
                """
                INSERT INTO az_bin_link (batch, record, field, parent) VALUES \
                (\(.id(batch)), \(.id(link.row)), \(.text(link.field.name)), \(.id(link.parent)))
                """
            )
            transaction.note(
                Change(
                    kind: .update, object: link.object, record: link.row, subject: subject, fields: [link.field],
                    values: [.null]
                )
            )
        }
    }

    /// A record that must have its parent goes with it when it is the parent's data, and else forbids the deletion.
    private static func rule(_ child: ChildRelationship) -> Field.ParentDelete {
        guard child.field.onParentDelete == .setNull, !child.field.isNillable else { return child.field.onParentDelete }
        return child.child.subjectPath.contains(child.field.name) ? .cascade : .restrict
    }

    private static func refusal(_ row: StoredRow, _ child: ObjectSchema, _ others: [RecordID]) -> PlatformError {
        let some = others.prefix(5).map(\.description).joined(separator: ", ")
        return PlatformError(
            .deleteFailed,
            """
            Your attempt to delete \(row.object.label) \(row.id) could not be completed because it is associated with \
            the following \(child.labelPlural): \(some)
            """
        )
    }
}
