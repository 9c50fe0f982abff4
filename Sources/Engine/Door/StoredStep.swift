import Records
import Store

/// The step that fetches what is stored of the rows that are changed, and refuses those that are not there.
enum StoredStep {
    static func load(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        guard set.operation == .update else { return }
        var seen: Set<RecordID> = []
        var wanted: [RecordID] = []
        for row in set.goodRows {
            let id = set.rows[row].id
            if set.object.keyPrefix != id.prefix {
                set.rows[row].refusals.append(
                    PlatformError(
                        .malformedID, "\(set.object.label) ID: id value of incorrect type: \(id)", fields: ["Id"])
                )
            } else if !seen.insert(id).inserted {
                set.rows[row].refusals.append(
                    PlatformError(.duplicateValue, "Duplicate id specified: \(id.text15)", fields: ["Id"])
                )
            } else {
                wanted.append(id)
            }
        }
        let stored = Dictionary(
            try transaction.connection.storedRows(wanted, of: set.object).map { ($0.id, $0) }
        ) { first, _ in first }
        for row in set.goodRows {
            guard let found = stored[set.rows[row].id] else {
                set.rows[row].refusals.append(
                    PlatformError(.notFound, "The requested resource does not exist", fields: ["Id"])
                )
                continue
            }
            set.rows[row].old = found.values
        }
        // First: whoever may not see a record is not told that it was deleted or changed.
        try SharingStep.checkStored(&set, transaction)
        for row in set.goodRows {
            guard let found = stored[set.rows[row].id] else { continue }
            if found["IsDeleted"].boolean == true {
                set.rows[row].refusals.append(PlatformError(.entityIsDeleted, "entity is deleted"))
            }
            if let refusal = found.refusal(unless: set.condition) { set.rows[row].refusals.append(refusal) }
        }
    }
}
