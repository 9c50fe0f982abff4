import Records

/// The step for rows in which an empty value leaves its field as it is: in a change it stays, in a new record it has its default.
enum LeftStep {
    static func fill(_ set: inout WriteSet) {
        switch set.operation {
        case .create: fillDefaults(&set)
        case .update:
            for row in set.rows.indices where !set.rows[row].left.isEmpty {
                guard let old = set.rows[row].old else { continue }
                for column in set.rows[row].left {
                    guard let index = set.object.index(of: set.fields[column].name) else { continue }
                    set.cells.set(old[index], row, column)
                }
            }
        }
    }

    /// For new rows all of whose empty values are left.
    static func fillAll(_ set: inout WriteSet) {
        for (column, field) in set.fields.enumerated() where !field.defaultValue.isNull {
            set.cells.fill(field.defaultValue, column, onlyNulls: true)
        }
    }

    private static func fillDefaults(_ set: inout WriteSet) {
        for row in set.rows.indices {
            for column in set.rows[row].left where !set.fields[column].defaultValue.isNull {
                set.cells.set(set.fields[column].defaultValue, row, column)
            }
        }
    }
}
