import CSQLite
import Records

/// The compiled statements of a connection, by text; the least recently used go first.
///
/// SQLite itself compiles a kept statement anew when the schema has changed, also from another connection.
final class StatementCache {
    private static let kept = 256

    private let database: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    /// By identity, a second way to statements above. The key is held, so that its identity is nobody else's.
    private var known: [ObjectIdentifier: (key: KeptSQL, statement: SQLiteStatement)] = [:]
    private var spare: [SQLiteStatement] = []
    private var lent: [SQLiteStatement] = []
    private var uses = 0

    init(_ database: OpaquePointer) { self.database = database }

    /// A statement for this text that nobody else uses now. Give it back, or it is taken back after the transaction.
    func lend(_ text: String) throws -> SQLiteStatement {
        uses += 1
        if let statement = statements[text] {
            statement.lastUse = uses
            if statement.isLent {
                let second = try compile(text)
                second.isLent = true
                spare.append(second)
                return second
            }
            statement.isLent = true
            return statement
        }
        let statement = try compile(text)
        statement.isLent = true
        statement.lastUse = uses
        if statements.count >= Self.kept { dropHalf() }
        statements[text] = statement
        return statement
    }

    /// The same by identity.
    func lend(_ kept: KeptSQL) throws -> SQLiteStatement {
        if let statement = known[ObjectIdentifier(kept)]?.statement, !statement.isLent {
            uses += 1
            statement.lastUse = uses
            statement.isLent = true
            return statement
        }
        let statement = try lend(kept.text)
        if statements[kept.text] === statement { known[ObjectIdentifier(kept)] = (kept, statement) }
        return statement
    }

    func giveBack(_ statement: SQLiteStatement) {
        statement.reset()
        statement.isLent = false
        guard let place = spare.firstIndex(where: { $0 === statement }) else { return }
        spare.remove(at: place).finalize()
    }

    /// Notes that a statement stays lent until ``takeAllBack()``.
    func keepLent(_ statement: SQLiteStatement) { lent.append(statement) }

    /// After a transaction: nothing is in use any more.
    func takeAllBack() {
        for statement in lent { giveBack(statement) }
        lent.removeAll(keepingCapacity: true)
    }

    func finalizeAll() {
        takeAllBack()
        for statement in statements.values { statement.finalize() }
        statements = [:]
        known = [:]
    }

    private func compile(_ text: String) throws -> SQLiteStatement {
        var handle: OpaquePointer?
        var text = text
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_prepare_v3(
                    database, $0.baseAddress, Int32($0.count), UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
            }
        }
        guard code == SQLITE_OK, let handle else { throw SQLiteError.last(database, doing: text) }
        return SQLiteStatement(handle, database)
    }

    private func dropHalf() {
        let free = statements.filter { !$0.value.isLent }.sorted { $0.value.lastUse < $1.value.lastUse }
        for (text, statement) in free.prefix(Self.kept / 2) {
            statement.finalize()
            statements[text] = nil
        }
        known = known.filter { statements[$0.value.key.text] === $0.value.statement }
    }
}
