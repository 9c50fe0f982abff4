import Engine
import Loading
import Records

/// Turns the cells of a source's rows into those that the door takes.
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
            columns.append(
                Column(
                    name: plan.column, place: place, isDatetime: plan.type == .datetime, dateOrder: plan.dateOrder,
                    yes: plan.yes, parents: parents[place], isReference: resolvesReferences && plan.type == .reference))
        }
        self.fields = fields
        self.columns = columns
        isPlain =
            columns.count == plans.count
            && !columns.contains {
                $0.dateOrder != nil || $0.yes != nil || $0.parents != nil || $0.isReference
            }
    }

    /// The good rows of a block for the door, and where each stands in the block; nil: all of them, one for one.
    ///
    /// - Parameters:
    ///   - references: the records that earlier rows made, by their names.
    ///   - refuse: gets the rows that cannot be turned into values.
    func cells(
        of block: SourceBlock, references: [String: RecordID], refuse: (SourceRow, RowFault) -> Void
    ) -> (cells: CellBlock, places: [Int]?) {
        if isPlain { return (block.cells, nil) }
        var cells = CellBlock(columnCount: columns.count)
        var places: [Int] = []
        for row in 0..<block.cells.rowCount {
            do throws(RowFault) {
                cells.append(try values(of: row, in: block.cells, references))
                places.append(row)
            } catch {
                refuse(block.row(row), error)
            }
        }
        return (cells, places)
    }

    private func values(
        of row: Int, in cells: CellBlock, _ references: [String: RecordID]
    ) throws(RowFault) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(columns.count)
        for column in columns {
            do throws(RowFault) {
                values.append(try convert(cells.value(row, column.place), column, references))
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
