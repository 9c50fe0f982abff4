import Records
import Store

/// Makes records of a plan's rows, and fetches their children in batches.
struct RowReader {
    let connection: any Connection

    /// So many parents' children are read by one statement.
    private static let parentsMax = 1024

    /// The records of a statement of the plan, with all their children.
    func records(_ plan: Plan, _ statement: SQL) throws -> [Record] {
        var records: [Record] = []
        try connection.rows(statement) { cells in
            records.append(Self.record(cells, plan))
            return true
        }
        try fillChildren(of: &records, plan)
        return records
    }

    static func record(_ cells: any Cells, _ plan: Plan) -> Record {
        Record(
            object: plan.isGrouped ? "AggregateResult" : plan.object.name,
            id: plan.idColumn.map { RecordID(rawValue: cells.int64($0)) },
            fields: fields(cells, plan.shape, plan)
        )
    }

    private static func fields(_ cells: any Cells, _ shape: Shape, _ plan: Plan) -> [(name: String, value: RecordValue)]
    {
        var fields: [(name: String, value: RecordValue)] = []
        fields.reserveCapacity(shape.entries.count)
        for entry in shape.entries {
            switch entry {
            case .column(let name, let column, let type):
                fields.append((name, .value(cells.value(column, as: type), type)))
            case .compound(let name, let parts):
                let isEmpty = parts.allSatisfy { cells.isNull($0.column) }
                let values = parts.map { ($0.name, cells.value($0.column, as: $0.type)) }
                fields.append((name, isEmpty ? .value(.null, .address) : .compound(values)))
            case .parent(let name, let parent):
                fields.append((name, .parent(self.parent(cells, parent.id, parent.objects, parent.shape, plan))))
            case .typeOf(let name, let type):
                let prefix = RecordID(rawValue: cells.int64(type.id)).prefix
                guard !cells.isNull(type.id), let branch = type.branches[prefix] else {
                    fields.append((name, .parent(nil)))
                    continue
                }
                fields.append(
                    (name, .parent(parent(cells, type.id, [prefix: branch.object], branch.shape, plan)))
                )
            case .children(let name, _):
                fields.append((name, .children([], totalSize: 0)))
            }
        }
        return fields
    }

    private static func parent(
        _ cells: any Cells, _ column: Int, _ objects: [KeyPrefix: String], _ shape: Shape, _ plan: Plan
    ) -> Record? {
        guard !cells.isNull(column) else { return nil }
        let id = RecordID(rawValue: cells.int64(column))
        guard let object = objects[id.prefix] else { return nil }
        return Record(object: object, id: id, fields: fields(cells, shape, plan))
    }

    private func fillChildren(of records: inout [Record], _ plan: Plan) throws {
        for case (let field, .children(let name, let place)) in plan.shape.entries.enumerated() {
            let child = plan.children[place]
            var start = 0
            while start < records.count {
                let end = min(start + Self.parentsMax, records.count)
                let found = try children(child, of: records[start..<end].compactMap(\.id))
                for row in start..<end {
                    let rows = records[row].id.flatMap { found[$0] } ?? []
                    records[row].fields[field] = (name, .children(rows, totalSize: rows.count))
                }
                start = end
            }
        }
    }

    /// The children of some parents, by parent, each list in the query's order.
    private func children(_ child: ChildPlan, of parents: [RecordID]) throws -> [RecordID: [Record]] {
        guard !parents.isEmpty else { return [:] }
        var records: [Record] = []
        var links: [RecordID] = []
        try connection.rows(child.statement(parents: parents)) { cells in
            records.append(Self.record(cells, child.plan))
            links.append(RecordID(rawValue: cells.int64(child.plan.cellCount)))
            return true
        }
        try fillChildren(of: &records, child.plan)
        return Dictionary(grouping: zip(links, records), by: \.0).mapValues { $0.map(\.1) }
    }
}
