import Dispatch
import Records
import Store
import Synchronization

/// The rows of a flat result, made on another core while the next ones are read.
struct BlockRows<Made: Sendable> {
    let rows: [Made]
    /// Of the rows that have one.
    let ids: [RecordID]
    /// Whether there are more than were asked for.
    let hasMore: Bool

    /// Whether a plan's rows can be read so.
    static func canRead(_ plan: Plan) -> Bool { plan.isFlat && plan.children.isEmpty && plan.formats.isEmpty }

    init<Form: RecordForm>(
        of plan: Plan, as form: Form, atMost max: Int, on connection: any Connection
    ) throws where Form.Made == Made {
        let making = Making<Made>()
        defer { making.wait() }
        var ids: [RecordID] = []
        var (count, last) = (0, nil as CellBlock?)
        try connection.blocks(plan.statement(atMost: max + 1), as: plan.cellKinds) { block in
            if let last { making.add(last, plan.shape, form) }
            last = block
            count += block.rowCount
            if let id = plan.idColumn { ids += (0..<block.rowCount).compactMap { block[$0, id].id } }
        }
        // Nothing is read meanwhile.
        let rest = last.map { Making.rows(of: $0, plan.shape, form) } ?? []
        hasMore = count > max
        rows = Array((making.rows() + rest).prefix(max))
        self.ids = Array(ids.prefix(max))
    }
}

/// Rows that are being made, block by block.
private final class Making<Made: Sendable>: Sendable {
    private let parts = Mutex<[[Made]]>([])
    private let group = DispatchGroup()

    func add<Form: RecordForm>(_ block: CellBlock, _ shape: RecordShape, _ form: Form) where Form.Made == Made {
        let place = parts.withLock { parts in
            parts.append([])
            return parts.count - 1
        }
        DispatchQueue.global(qos: .userInitiated).async(group: group) {
            let rows = Self.rows(of: block, shape, form)
            self.parts.withLock { $0[place] = rows }
        }
    }

    /// In the order of the blocks, once all are made.
    func rows() -> [Made] {
        wait()
        return parts.withLock { Array($0.joined()) }
    }

    func wait() { group.wait() }

    static func rows<Form: RecordForm>(
        of block: CellBlock, _ shape: RecordShape, _ form: Form
    ) -> [Made] where Form.Made == Made {
        var rows: [Made] = []
        rows.reserveCapacity(block.rowCount)
        block.forEachRow(width: block.columnCount) { rows.append(form.make($0, shape, [])) }
        return rows
    }
}
