import Engine
import Records

/// Rows in the order sent, as few batches as can be: rows of one object that stand one behind the other go together, also when
/// each names other fields than the next, as clients do that leave out what is empty.
struct RowRuns {
    enum Part {
        case batch(Batch)
        /// A row that makes no sense by itself.
        case refused(PlatformError)
    }

    /// Rows of one object, or the error of one that makes no sense.
    private struct Run {
        let object: ObjectSchema?
        var rows: [RowBody]
        /// Whether rows with other fields may join.
        let isOpen: Bool
        let error: PlatformError?

        func takes(_ row: RowBody, of other: ObjectSchema, isOpen isOther: Bool) -> Bool {
            object?.name == other.name && (rows[0].fields == row.fields || (isOpen && isOther))
        }
    }

    private var runs: [Run] = []

    /// - Parameter object: of the row.
    mutating func append(_ row: RowBody, object: ObjectSchema) {
        let isOpen =
            row.fields.allSatisfy(object.isPlain) && Set(row.fields.map { $0.lowercased() }).count == row.fields.count
        if let last = runs.indices.last, runs[last].takes(row, of: object, isOpen: isOpen) {
            runs[last].rows.append(row)
        } else {
            runs.append(Run(object: object, rows: [row], isOpen: isOpen, error: nil))
        }
    }

    mutating func append(refused error: PlatformError) {
        runs.append(Run(object: nil, rows: [], isOpen: false, error: error))
    }

    var parts: [Part] { runs.map { run in run.error.map { .refused($0) } ?? .batch(Self.batch(run)) } }

    private static func batch(_ run: Run) -> Batch {
        let first = run.rows[0].fields
        let object = run.object?.name ?? ""
        guard run.rows.contains(where: { $0.fields != first }) else {
            return Batch(object, fields: first, rows: run.rows.map(\.values))
        }
        var fields: [String] = []
        var places: [String: Int] = [:]
        for row in run.rows {
            for field in row.fields where places[field] == nil {
                let name = field.lowercased()
                let place = places[name] ?? fields.count
                if place == fields.count { fields.append(field) }
                places[name] = place
                places[field] = place
            }
        }
        var batch = Batch(object, fields: fields, rows: [])
        for row in run.rows {
            var values = [Value?](repeating: nil, count: fields.count)
            for (field, value) in zip(row.fields, row.values) { if let place = places[field] { values[place] = value } }
            batch.absent.append(values.indices.filter { values[$0] == nil })
            batch.rows.append(values.map { $0 ?? .null })
        }
        return batch
    }
}

extension ObjectSchema {
    /// Whether a field of that name says nothing about the rows beside it: it is there, and may be written.
    fileprivate func isPlain(_ name: String) -> Bool {
        guard let field = field(name) else { return false }
        return field.type == .id || (field.isCreateable && field.isUpdateable)
    }
}
