import Records
import Store

/// Makes something of a plan's rows, and fetches their children in batches.
struct RowReader<Form: RecordForm> {
    /// A row, and the ids by which it is put in its place.
    struct Row {
        let id: RecordID?
        /// The parent, of a row that is read as a child.
        let parent: RecordID?
        let made: Form.Made
    }

    let connection: any Connection
    let form: Form
    /// Whose records were shown, for the log of reads.
    private(set) var shown: [Shown] = []
    /// Whether the last statement had more rows than were asked for.
    private(set) var hasMore = false

    /// So many parents' children are read by one statement.
    private var parentsMax: Int { 1024 }

    init(connection: any Connection, form: Form) {
        self.connection = connection
        self.form = form
    }

    /// The rows of a statement of the plan, with all their children.
    ///
    /// - Parameter max: No more are made; whether there would be more tells ``hasMore``.
    mutating func rows(_ plan: Plan, _ statement: SQL, atMost max: Int = .max) throws -> [Row] {
        let connection = connection
        var (count, more) = (0, false)
        let rows = try rows(plan, isChild: false) { row in
            try connection.rows(statement) { cells in
                more = count == max
                count += 1
                return try !more && row(cells)
            }
        }
        hasMore = more
        return rows
    }

    /// The rows with these ids, in the order asked; those that are not there are left out.
    mutating func rows(_ plan: Plan, of ids: [RecordID]) throws -> [Row] {
        let connection = connection
        if ids.count == 1 { return try rows(plan, isChild: false) { try plan.row(of: ids[0], on: connection, $0) } }
        var places: [RecordID: Int] = [:]
        for (place, id) in ids.enumerated() { places[id] = place }
        var rows: [Row] = []
        for start in stride(from: 0, to: ids.count, by: 1024) {
            rows += try self.rows(plan, plan.statement(of: Array(ids[start..<min(start + 1024, ids.count)])))
        }
        return rows.sorted { a, b in
            (a.id.flatMap { places[$0] } ?? 0) < (b.id.flatMap { places[$0] } ?? 0)
        }
    }

    private mutating func rows(
        _ plan: Plan, isChild: Bool, _ read: ((any Cells) throws -> Bool) throws -> Void
    ) throws -> [Row] {
        var rows: [Row] = []
        if plan.children.isEmpty {
            try read { cells in
                rows.append(row(plan.shown(cells), plan, isChild, []))
                return true
            }
        } else {
            var waiting: [RowCopy] = []
            try read { cells in
                waiting.append(RowCopy(plan.shown(cells), of: plan, isChild: isChild))
                if waiting.count == parentsMax { try add(&waiting, to: &rows, plan, isChild) }
                return true
            }
            try add(&waiting, to: &rows, plan, isChild)
        }
        if plan.isReported { shown.append(Shown(object: plan.object.name, ids: rows.compactMap(\.id))) }
        return rows
    }

    private func row(_ cells: any Cells, _ plan: Plan, _ isChild: Bool, _ children: [[Form.Made]]) -> Row {
        Row(
            id: plan.shape.id.map { RecordID(rawValue: cells.int64($0)) },
            parent: isChild ? RecordID(rawValue: cells.int64(plan.cellCount)) : nil,
            made: form.make(cells, plan.shape, children)
        )
    }

    /// Makes the rows that waited for their children.
    private mutating func add(_ waiting: inout [RowCopy], to rows: inout [Row], _ plan: Plan, _ isChild: Bool) throws {
        guard let id = plan.shape.id, !waiting.isEmpty else { return }
        let parents = waiting.map { RecordID(rawValue: $0.int64(id)) }
        let lists = try plan.children.map { try children($0, of: parents) }
        for (copy, parent) in zip(waiting, parents) {
            rows.append(row(copy, plan, isChild, lists.map { $0[parent] ?? [] }))
        }
        waiting.removeAll(keepingCapacity: true)
    }

    /// The children of some parents, by parent, each list in the query's order.
    private mutating func children(_ child: ChildPlan, of parents: [RecordID]) throws -> [RecordID: [Form.Made]] {
        let (connection, statement) = (connection, child.statement(parents: parents))
        var lists: [RecordID: [Form.Made]] = [:]
        for row in try rows(child.plan, isChild: true, { try connection.rows(statement, $0) }) {
            if let parent = row.parent { lists[parent, default: []].append(row.made) }
        }
        return lists
    }
}

/// Records of an object that a reading showed.
struct Shown: Sendable {
    let object: String
    let ids: [RecordID]
}
