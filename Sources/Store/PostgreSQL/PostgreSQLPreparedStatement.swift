import Records

/// A statement lent for the rest of a transaction.
final class PostgreSQLPreparedStatement: PreparedStatement {
    private let statement: PostgreSQLStatement
    private let connection: PostgreSQLConnection
    private let transaction: Int

    init(_ statement: PostgreSQLStatement, of connection: PostgreSQLConnection) {
        self.statement = statement
        self.connection = connection
        transaction = connection.transaction
    }

    func run(_ bindings: [Value]) throws {
        checkTransaction()
        try connection.run(statement, PostgreSQLParameters(bindings))
    }

    func run(_ bind: (any Bindings) throws -> Void) throws {
        checkTransaction()
        let parameters = PostgreSQLParameters(count: statement.parameters)
        try bind(parameters)
        try connection.run(statement, parameters)
    }

    func rows(_ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        checkTransaction()
        try connection.rows(statement, PostgreSQLParameters(bindings), body)
    }

    private func checkTransaction() {
        precondition(transaction == connection.transaction, "a prepared statement lives as long as its transaction")
    }
}
