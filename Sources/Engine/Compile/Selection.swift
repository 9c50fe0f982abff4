import Records
import Store

/// The select list of a statement in the making.
struct Selection {
    /// What the statement gives, in order; the ids of the row and its parents come behind.
    var cells: [SQL] = []
    var ids: [SQL] = []
    var columns: [ResultColumn] = []
    /// Of cells that `FORMAT` makes texts of.
    var formats: [Int: CellFormat] = [:]
    var isFlat = true
    let node = ShapeNode(id: 0, objects: [:])
    var children: [ChildPlan] = []
    /// `GROUP BY …` or nothing.
    var grouping: SQL = ""
    /// Of `ROLLUP` and `CUBE`.
    var sets: GroupingSets?
    /// What stands under an alias, for `HAVING` and `ORDER BY`.
    var aliases: [String: Operand] = [:]

    /// Adds a cell; its place.
    mutating func add(_ operand: Operand, named name: String) -> Int {
        cells.append(operand.sql)
        formats[cells.count - 1] = operand.format
        columns.append(ResultColumn(name: name, type: operand.shownType, object: operand.object))
        return cells.count - 1
    }

    /// Adds the id of a row or parent; its place among the ids.
    mutating func addID(_ sql: SQL) -> Int {
        ids.append(sql)
        return ids.count - 1
    }
}
