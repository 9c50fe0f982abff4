import Engine
import Records

/// Turns the cells of a source's row into the values that the door takes.
struct RowConversion: Sendable {
    /// The fields, in the order of the values.
    let fields: [String]
    private let columns: [Column]
    /// The cells go to the door as they are.
    private let isPlain: Bool

    private struct Column: Sendable {
        let name: String
        let place: Int
        let isDatetime: Bool
        let dateOrder: DateOrder?
        let yes: String?
        let parents: ParentIndex?
        let isReference: Bool
    }

    /// - Parameter parents: by the place of a column, for those that name their parent.
    init(_ plans: [ColumnPlan], parents: [Int: ParentIndex], resolvesReferences: Bool) {
        var fields: [String] = []
        var columns: [Column] = []
        for (place, plan) in plans.enumerated() {
            guard let field = plan.fieldForDoor else { continue }
            fields.append(field)
            columns.append(Column(
                name: plan.column, place: place, isDatetime: plan.type == .datetime, dateOrder: plan.dateOrder,
                yes: plan.yes, parents: parents[place], isReference: resolvesReferences && plan.type == .reference))
        }
        self.fields = fields
        self.columns = columns
        isPlain = columns.count == plans.count && !columns.contains {
            $0.dateOrder != nil || $0.yes != nil || $0.parents != nil || $0.isReference
        }
    }

    /// - Parameter references: the records that earlier rows made, by their names.
    func values(of row: SourceRow, references: [String: RecordID]) throws(RowFault) -> [Value] {
        if isPlain { return row.cells }
        var values: [Value] = []
        values.reserveCapacity(columns.count)
        for column in columns {
            do throws(RowFault) {
                values.append(try convert(row.cells[column.place], column, references))
            } catch {
                throw RowFault(code: error.code, message: error.message, column: column.name)
            }
        }
        return values
    }

    private func convert(
        _ cell: Value, _ column: Column, _ references: [String: RecordID]
    ) throws(RowFault) -> Value {
        if let yes = column.yes { return .boolean(cell.text == yes) }
        guard case .text(let text) = cell else { return cell }
        if let order = column.dateOrder {
            guard let day = order.day(text) else {
                throw RowFault(
                    code: "INVALID_TYPE_ON_FIELD_IN_RECORD", message: "no such day in the order \(order.rawValue)",
                    column: nil)
            }
            return column.isDatetime ? .datetime(Instant(startOf: day)) : .date(day)
        }
        if let parents = column.parents { return .id(try parents.id(of: text).get()) }
        if column.isReference, text.first == TreeFile.referenceMark {
            guard let id = references[String(text.dropFirst())] else {
                throw RowFault(
                    code: "INVALID_CROSS_REFERENCE_KEY",
                    message: "\(text) stands for no record of this load: it is not there, or was refused", column: nil)
            }
            return .id(id)
        }
        return cell
    }
}
