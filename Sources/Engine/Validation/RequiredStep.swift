import Records

/// The step that refuses rows without what their object demands.
enum RequiredStep {
    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) { check(&set) }

    static func check(_ set: inout WriteSet) {
        let demanded = set.object.fields.filter { field in
            // A number is given to rows that nothing has refused so far.
            !field.isNillable && field.type.storage != nil && field.type != .boolean && field.type != .id
                && !field.isAutoNumber
                && (set.operation == .create || set.column(field.name) != nil)
        }
        var missing: [Int: [String]] = [:]
        for field in demanded {
            let column = set.column(field.name)
            for row in set.rows.indices where column.map({ set.cells[row, $0].isNull }) ?? true {
                missing[row, default: []].append(field.name)
            }
        }
        for (row, names) in missing { refuse(row, names, &set) }
    }

    private static func refuse(_ row: Int, _ missing: [String], _ set: inout WriteSet) {
        // Of a value that could not be read, it is enough to say that.
        let named = Set(set.rows[row].refusals.flatMap(\.fields))
        let unnamed = missing.filter { !named.contains($0) && $0 != "Name" }
        guard !unnamed.isEmpty || set.rows[row].refusals.isEmpty else { return }
        let list = unnamed.isEmpty ? missing : unnamed
        set.rows[row].refusals.append(
            PlatformError(
                .requiredFieldMissing, "Required fields are missing: [\(list.joined(separator: ", "))]", fields: list
            )
        )
    }
}
