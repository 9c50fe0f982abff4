import Records

/// The step that refuses rows without what their object demands.
enum RequiredStep {
    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) { check(&set) }

    static func check(_ set: inout WriteSet) {
        let demanded = set.object.fields.filter { field in
            !field.isNillable && field.type.storage != nil && field.type != .boolean && field.type != .id
                && (set.operation == .create || set.column(field.name) != nil)
        }
        let columns = demanded.map { (name: $0.name, column: set.column($0.name)) }
        for row in set.rows.indices {
            let missing = columns.filter { $0.column.map { set.rows[row].values[$0].isNull } ?? true }.map(\.name)
            guard !missing.isEmpty else { continue }
            // Of a value that could not be read, it is enough to say that.
            let named = Set(set.rows[row].refusals.flatMap(\.fields))
            let unnamed = missing.filter { !named.contains($0) && $0 != "Name" }
            guard !unnamed.isEmpty || set.rows[row].refusals.isEmpty else { continue }
            let list = unnamed.isEmpty ? missing : unnamed
            set.rows[row].refusals.append(
                PlatformError(
                    .requiredFieldMissing, "Required fields are missing: [\(list.joined(separator: ", "))]", fields: list
                )
            )
        }
    }
}
