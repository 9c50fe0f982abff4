import Records
import Store

/// The step that keeps the values of restricted records free: whoever would take one is refused, without being told
/// whose it is.
enum RestrictedStep {
    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        try check(&set, transaction.engine.restrictedKeys, transaction.connection)
    }

    static func check(_ set: inout WriteSet, _ keys: RestrictedKeys, _ connection: any Connection) throws {
        let unique = set.fields.filter(\.isUnique)
        guard !unique.isEmpty, try RestrictedKeys.exist(connection) else { return }
        for row in set.goodRows {
            for field in unique {
                let value = set.value(field.name, of: row)
                guard try keys.hold(value, of: field, in: set.object, connection) else { continue }
                set.rows[row].refusals.append(RestrictedKeys.taken(field, of: set.object))
            }
        }
    }
}
