import CSQLite
import Records

/// Inserts rows several at a time: a statement opens the trees of the table and of all its indexes once for all its rows,
/// which is a quarter of the time of bulk writing.
///
/// `OR FAIL`: what stands before a refused row stays, so its place is known from the count, and no copy of the pages is
/// kept for undoing a statement in part.
struct RowInsertion {
    private let new: NewRows
    private let connection: SQLiteConnection
    /// The columns in which rows differ.
    private let different: [Int]

    private static let rowsAtOnce = 16

    init(_ new: NewRows, _ connection: SQLiteConnection) {
        self.new = new
        self.connection = connection
        different = (0..<new.cells.columnCount).filter { !new.cells.isUniform($0) }
    }

    func run(failed: (Int, any Error) throws -> Void) throws {
        let whole = new.rows.count / Self.rowsAtOnce * Self.rowsAtOnce
        var next = 0
        if whole > 0 { next = try run(from: 0, to: whole, Self.rowsAtOnce, failed) }
        if next < new.rows.count { _ = try run(from: next, to: new.rows.count, 1, failed) }
    }

    /// Inserts rows so many at a time; the place behind the last that was tried.
    private func run(
        from first: Int, to end: Int, _ count: Int, _ failed: (Int, any Error) throws -> Void
    ) throws -> Int {
        try connection.withStatement(text(count)) { statement in
            let slots = Slots(statement, self, count)
            defer { slots.clear() }
            var next = first
            while next + count <= end {
                for slot in 0..<count { slots.bind(next + slot, to: slot) }
                let before = sqlite3_total_changes64(connection.database)
                do {
                    while try statement.step() {}
                    statement.reset()
                    next += count
                } catch {
                    next += Int(sqlite3_total_changes64(connection.database) - before)
                    try failed(next, error)
                    next += 1
                }
            }
            return next
        }
    }

    private func text(_ count: Int) -> String {
        let columns = new.allColumns
        let names = columns.map(\.quoted).joined(separator: ",")
        let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ",") + ")"
        return "INSERT OR FAIL INTO \(new.table.quoted) (\(names)) VALUES "
            + Array(repeating: row, count: count).joined(separator: ",")
    }

    /// The bindings of a statement of several rows. Texts stay where they lie; what is alike in all rows is set once, and
    /// what was null is set again only when it no longer is.
    private struct Slots {
        let statement: SQLiteStatement
        let insertion: RowInsertion
        private let isNull: UnsafeMutableBufferPointer<Bool>
        private let width: Int
        /// Places before the cells of a row: 1 where there is a key.
        private let head: Int

        init(_ statement: SQLiteStatement, _ insertion: RowInsertion, _ count: Int) {
            self.statement = statement
            self.insertion = insertion
            width = insertion.new.columns.count
            head = insertion.new.key == nil ? 0 : 1
            isNull = .allocate(capacity: count * width)
            isNull.initialize(repeating: true)
            sqlite3_clear_bindings(statement.handle)
            for slot in 0..<count {
                for column in 0..<width where insertion.new.cells.isUniform(column) {
                    set(insertion.new.cells.cell(0, column), slot * (width + head) + head + column + 1)
                }
            }
        }

        func clear() {
            sqlite3_clear_bindings(statement.handle)
            isNull.deallocate()
        }

        func bind(_ place: Int, to slot: Int) {
            let first = slot * (width + head) + 1
            if head > 0 { sqlite3_bind_int64(statement.handle, Int32(first), insertion.new.keys[place].rawValue) }
            let row = insertion.new.rows[place]
            for column in insertion.different {
                let cell = insertion.new.cells.cell(row, column)
                let known = slot * width + column
                if cell.isNull && isNull[known] { continue }
                isNull[known] = cell.isNull
                set(cell, first + head + column)
            }
        }

        private func set(_ cell: Cell, _ place: Int) {
            let place = Int32(place)
            let code =
                switch cell.kind {
                case .null: sqlite3_bind_null(statement.handle, place)
                case .double:
                    sqlite3_bind_double(statement.handle, place, Double(bitPattern: UInt64(bitPattern: cell.number)))
                case .text: text(insertion.new.cells.bytes(of: cell), place)
                case .bytes: blob(insertion.new.cells.bytes(of: cell), place)
                case .boolean, .integer, .date, .datetime, .time, .id:
                    sqlite3_bind_int64(statement.handle, place, cell.number)
                }
            // A place that the statement lacks, or a text beyond SQLite's limit, which no field comes near.
            precondition(code == SQLITE_OK, "a value that no statement can bind: \(code)")
        }

        private func text(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int32) -> Int32 {
            // SQLite takes a null pointer for NULL, which an empty text is not.
            guard let start = UnsafeRawPointer(bytes.baseAddress) else {
                return sqlite3_bind_text(statement.handle, place, "", 0, Self.copied)
            }
            let text = start.assumingMemoryBound(to: CChar.self)
            return sqlite3_bind_text(statement.handle, place, text, Int32(bytes.count), nil)
        }

        private func blob(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int32) -> Int32 {
            guard let start = bytes.baseAddress else { return sqlite3_bind_zeroblob(statement.handle, place, 0) }
            return sqlite3_bind_blob(statement.handle, place, start, Int32(bytes.count), nil)
        }

        /// SQLITE_TRANSIENT, which is a macro with a cast.
        private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }
}
