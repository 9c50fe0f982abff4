import Records

/// The step that keeps the values of restricted records free: whoever would take one is refused, without being told
/// whose it is.
enum RestrictedStep {
    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        let unique = set.fields.filter(\.isUnique)
        guard !unique.isEmpty, try RestrictedKeys.exist(transaction.connection) else { return }
        let keys = transaction.engine.restrictedKeys
        for row in set.goodRows {
            for field in unique {
                let value = set.value(field.name, of: row)
                guard try keys.hold(value, of: field, in: set.object, transaction.connection) else { continue }
                set.rows[row].refusals.append(RestrictedKeys.taken(field, of: set.object))
            }
        }
    }
}
