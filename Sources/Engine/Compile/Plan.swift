import Records
import Store

/// A compiled query: one statement for its own level, and a plan for each list of children. An object, since it is handed
/// about with every reading and has many parts.
final class Plan: Sendable {
    /// As the session sees it.
    let object: ObjectSchema
    /// What a flat reader gets, in order; further cells of a row are ids for the shape.
    let columns: [ResultColumn]
    /// Of the cells that `FORMAT` makes texts of.
    let formats: [Int: CellFormat]
    /// Whether every selected item is one column: no compound, no `TYPEOF`, no children.
    let isFlat: Bool
    let shape: RecordShape
    /// How many cells a row has, ids included.
    let cellCount: Int
    /// `SELECT COUNT()`.
    let isCount: Bool
    let isGrouped: Bool
    let children: [ChildPlan]
    /// Whether it may be kept: false when it holds a value of this very call (`TODAY`, a bind variable).
    let isLasting: Bool

    let select: SQL
    let from: SQL
    let deleted: Deleted
    /// Tables that the conditions ask in, before the statement.
    let with: SQL
    /// The predicate that keeps the recycle bin out, or in, and what the session may not see.
    let visibility: SQL?
    let condition: SQL?
    let grouping: SQL
    let order: SQL
    let limit: Int?
    let offset: Int
    /// All but the window.
    private let body: SQL
    /// Reads the row with one id, which is the last binding; nil where rows have no id.
    private let one: (statement: KeptSQL, bindings: [Value])?
    /// Whether there may be records that the session does not see.
    let isLimited: Bool
    /// Whether those whose records were shown are told who saw them.
    let isReported: Bool

    init(
        object: ObjectSchema, columns: [ResultColumn], formats: [Int: CellFormat], isFlat: Bool, shape: RecordShape,
        cellCount: Int, isCount: Bool,
        isGrouped: Bool, children: [ChildPlan], isLasting: Bool, select: SQL, from: SQL, deleted: Deleted,
        with: SQL, visibility: SQL?, isLimited: Bool, condition: SQL?, grouping: SQL, order: SQL, limit: Int?,
        offset: Int
    ) {
        self.object = object
        self.columns = columns
        self.formats = formats
        self.isFlat = isFlat
        self.shape = shape
        self.cellCount = cellCount
        self.isCount = isCount
        self.isGrouped = isGrouped
        self.children = children
        self.isLasting = isLasting
        self.select = select
        self.from = from
        self.deleted = deleted
        self.with = with
        self.visibility = visibility
        self.isLimited = isLimited
        self.condition = condition
        self.grouping = grouping
        self.order = order
        self.limit = limit
        self.offset = offset
        isReported = shape.id != nil && (object.isPerson || !object.subjectPath.isEmpty)
        body = with + select + from + Self.wherever([condition, visibility]) + grouping + order
        let row = with + select + from + Self.wherever([visibility, "t0.\"Id\" = \(.null)"])
        one = shape.id == nil ? nil : (KeptSQL(row), row.bindings.dropLast())
    }

    /// The kinds of a flat row's cells: behind the columns come ids.
    var cellKinds: [Cell.Kind] {
        let kinds = columns.enumerated().map { formats[$0]?.type.cellKind ?? $1.type.cellKind }
        return kinds + Array(repeating: .id, count: cellCount - kinds.count)
    }

    /// A row of the statement as it is answered.
    func shown(_ row: any Cells) -> any Cells { formats.isEmpty ? row : FormattedCells(row, formats) }

    /// The cell of the row's own id; nil for grouped queries.
    var idColumn: Int? { shape.id }

    /// The whole statement; `atMost` lowers its limit.
    func statement(atMost: Int? = nil) -> SQL {
        body + window(atMost)
    }

    /// The ids of the rows, in their order.
    func idStatement() -> SQL {
        with + "SELECT t0.\"Id\"" + from + Self.wherever([condition, visibility]) + order + window(nil)
    }

    /// How many rows there are.
    func countStatement() -> SQL {
        if condition == nil && limit == nil && offset == 0 && deleted == .without && !isLimited {
            // All rows are counted on the smallest index, and what is in the bin on an index of its own.
            let table: SQL = "\(identifier: Identifier(object.name))"
            return "SELECT (SELECT COUNT(*) FROM \(table)) - (SELECT COUNT(*) FROM \(table) WHERE \"IsDeleted\" = 1)"
        }
        if limit == nil && offset == 0 {
            return with + "SELECT COUNT(*)" + from + Self.wherever([condition, visibility])
        }
        return with + "SELECT COUNT(*) FROM (SELECT 1" + from + Self.wherever([condition, visibility]) + window(nil)
            + ") AS counted"
    }

    /// Runs the statement that reads the row with an id; the query's own condition was met before.
    func row(
        of id: RecordID, on connection: any Connection, _ body: (any Cells) throws -> Bool
    ) throws {
        guard let one else { preconditionFailure("rows of aggregates have no id") }
        try connection.rows(one.statement, one.bindings + [.id(id)], body)
    }

    /// The rows with these ids, as far as they are there, in no order; the query's own condition was met before.
    func statement(of ids: [RecordID]) -> SQL {
        with + select + from + Self.wherever([Self.among("t0.\"Id\"", ids), visibility])
    }

    /// `column IN (…)`, or an equation for one. Lists are filled up with their last id to few lengths, so that few
    /// different statements are prepared.
    static func among(_ column: SQL, _ ids: [RecordID]) -> SQL {
        guard let last = ids.last else { return "1 = 0" }
        if ids.count == 1 { return "\(column) = \(.id(last))" }
        let length = [4, 16, 64, 256, 1024].first { $0 >= ids.count } ?? ids.count
        let padded = ids + Array(repeating: last, count: length - ids.count)
        return "\(column) IN (\(.joined(padded.map { "\(.id($0))" }, separator: ",")))"
    }

    static func wherever(_ conditions: [SQL?]) -> SQL {
        let present = conditions.compactMap { $0 }
        return present.isEmpty ? "" : " WHERE " + .joined(present, separator: " AND ")
    }

    private func window(_ atMost: Int?) -> SQL {
        let limit = [limit, atMost].compactMap { $0 }.min()
        guard limit != nil || offset > 0 else { return "" }
        let head: SQL = " LIMIT \(.integer(Int64(limit ?? -1)))"
        return offset > 0 ? head + " OFFSET \(.integer(Int64(offset)))" : head
    }
}

/// A list of children: its rows for many parents at once.
struct ChildPlan: Sendable {
    let plan: Plan
    /// The lookup to the parent.
    let link: SQL

    /// The rows of these parents, with the parent's id in the last cell, each parent's rows in the query's order.
    func statement(parents: [RecordID]) -> SQL {
        let condition = Plan.wherever([Plan.among(link, parents), plan.condition, plan.visibility])
        guard plan.limit != nil || plan.offset > 0 else {
            let order: SQL = plan.order.text.isEmpty ? " ORDER BY t0.\"Id\"" : plan.order
            return plan.with + plan.select + ", \(link)" + plan.from + condition + order
        }
        // Each parent has a window of its own: the rows are numbered within their parent.
        let order: SQL = plan.order.text.isEmpty ? " ORDER BY t0.\"Id\"" : plan.order
        let numbered =
            plan.select + ", \(link), ROW_NUMBER() OVER (PARTITION BY \(link)\(order)) AS az_row" + plan.from
            + condition
        let first = Int64(plan.offset)
        let last = plan.limit.map { first + Int64($0) } ?? .max
        return """
            \(plan.with)SELECT * FROM (\(numbered)) AS numbered WHERE az_row > \(.integer(first)) AND az_row <= \(.integer(last)) \
            ORDER BY az_row
            """
    }
}
