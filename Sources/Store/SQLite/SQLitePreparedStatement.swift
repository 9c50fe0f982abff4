import Records

/// A statement lent for the rest of a transaction.
final class SQLitePreparedStatement: PreparedStatement {
    private let statement: SQLiteStatement
    private let connection: SQLiteConnection
    private let transaction: Int

    init(_ statement: SQLiteStatement, of connection: SQLiteConnection) {
        self.statement = statement
        self.connection = connection
        transaction = connection.transaction
    }

    func run(_ bindings: [Value]) throws {
        checkTransaction()
        try statement.bind(bindings)
        while try statement.step() {}
        statement.reset()
    }

    func run(_ bind: (any Bindings) throws -> Void) throws {
        checkTransaction()
        try statement.bind(bind)
        while try statement.step() {}
        statement.reset()
    }

    func rows(_ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        checkTransaction()
        try statement.bind(bindings)
        defer { statement.reset() }
        let row: any Cells = SQLiteRow(statement: statement.handle)
        while try statement.step() {
            if try !body(row) { return }
        }
    }

    private func checkTransaction() {
        precondition(transaction == connection.transaction, "a prepared statement lives as long as its transaction")
    }
}
