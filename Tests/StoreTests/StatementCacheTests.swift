import Foundation
import Records
import Testing

@testable import Store

struct StatementCacheTests {
    @Test
    func `ten thousand different statements hold the memory of a few hundred`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "azukari-statements-\(UUID().uuidString)")
        let connection = try SQLiteConnection(path: file.path, role: .writer)
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
}
