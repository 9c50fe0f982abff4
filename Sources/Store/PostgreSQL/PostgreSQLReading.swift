import CPostgreSQL

/// The rows of one query as they come from the server.
///
/// The next statement on the connection must wait until they have all come: they are taken into memory then.
final class PostgreSQLReading {
    private let connection: OpaquePointer
    private let text: String
    private var waiting: [OpaquePointer] = []
    private var next = 0
    private var isEnded = false
    private var current: OpaquePointer?

    /// - Parameter text: For errors.
    init(_ connection: OpaquePointer, of text: String) {
        self.connection = connection
        self.text = text
    }

    /// The row that follows; it is gone with the next call. Nil after the last.
    func row() throws -> PostgreSQLRow? {
        drop()
        if next < waiting.count {
            current = waiting[next]
            next += 1
        } else if !isEnded {
            current = try take()
        }
        return current.map { PostgreSQLRow(result: $0, row: 0) }
    }

    /// Takes the rest into memory.
    func makeWay() throws {
        while !isEnded, let result = try take() { waiting.append(result) }
    }

    /// Lets go of everything; what the server still sends is passed over.
    func end() {
        drop()
        while next < waiting.count {
            PQclear(waiting[next])
            next += 1
        }
        passOver()
    }

    /// A result with one row; nil at the end.
    private func take() throws -> OpaquePointer? {
        guard let result = PQgetResult(connection) else {
            passOver()
            return nil
        }
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE: return result
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            PQclear(result)
            passOver()
            return nil
        default:
            let error = PostgreSQLError.of(result, on: connection, doing: text)
            PQclear(result)
            passOver()
            throw error
        }
    }

    private func passOver() {
        guard !isEnded else { return }
        while let result = PQgetResult(connection) { PQclear(result) }
        // Where it went along with the beginning of its transaction.
        PostgreSQLConnection.leavePipeline(connection)
        isEnded = true
    }

    private func drop() {
        if let current { PQclear(current) }
        current = nil
    }
}
