import Foundation
import Records
import Testing

@testable import Store

struct StatementCacheTests {
    @Test
    func `ten thousand different statements hold the memory of a few hundred`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "azukari-statements-\(UUID().uuidString)")
        let connection = try SQLiteConnection(path: file.path, role: .writer(cacheKiB: 1024))
        defer {
            connection.close()
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + end) }
        }
        for number in 0..<10_000 {
            let column = Identifier("c\(number)")
            try connection.inTransaction("BEGIN") { connection in
                let prepared = try connection.prepare("SELECT 2 AS \(identifier: column)")
                try prepared.rows([]) { _ in true }
                #expect(try connection.first("SELECT 1 AS \(identifier: column)") { $0.int64(0) } == 1)
            }
        }
        #expect(connection.compiledCount <= 256)
    }

    @Test
    func `kept statements are among those few hundred`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "azukari-statements-\(UUID().uuidString)")
        let connection = try SQLiteConnection(path: file.path, role: .writer(cacheKiB: 1024))
        defer {
            connection.close()
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + end) }
        }
        let kept = (0..<1_000).map { KeptSQL("SELECT \(.null) AS \(identifier: Identifier("c\($0)"))") }
        for round in 0..<2 {
            for (number, statement) in kept.enumerated() {
                let value = Int64(number + round)
                #expect(try connection.first(statement, [.integer(value)]) { $0.int64(0) } == value)
            }
        }
        #expect(connection.compiledCount <= 256)
    }
}
