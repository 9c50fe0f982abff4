import Foundation
import Records
import Store
import Testing

struct DurabilityTests {
    /// A copy of a store's files, as a killed process would leave them.
    private func copy(_ folder: URL, to name: String) throws -> String {
        let copy = folder.appending(path: name)
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: false)
        for file in ["test.sqlite", "test.sqlite-wal"] {
            try FileManager.default.copyItem(at: folder.appending(path: file), to: copy.appending(path: file))
        }
        return copy.appending(path: "test.sqlite").path
    }

    @Test
    func `what was committed survives a kill, what was not leaves no trace`() async throws {
        try await Driver.sqlite.withStore { store, folder in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER, b TEXT)")
                try connection.execute("INSERT INTO t VALUES (1, 'committed')")
            }
            let killed = try await store.write { connection in
                let insert = try connection.prepare("INSERT INTO t VALUES (\(.null), \(.null))")
                // More than the writer keeps in memory, so that a part is in the log already.
                let text = Value.text(String(repeating: "half", count: 5000))
                for number in 0..<5000 { try insert.run([.integer(Int64(number)), text]) }
                return try copy(folder, to: "killed")
            }
            let reopened = try SQLiteStore.open(path: killed, readers: 1)
            #expect(try await reopened.read { try $0.all("SELECT b FROM t") { $0.string(0) } } == ["committed"])
            #expect(try await reopened.integrityCheck() == [])
            await reopened.close()
        }
    }

    @Test(arguments: Driver.allCases)
    func `what is settled later is committed at once, and rolled back as a whole`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.settle()
            try await store.writeUnsettled { try $0.execute("CREATE TABLE t (a INTEGER)") }
            await #expect(throws: CancellationError.self) {
                try await store.writeUnsettled { connection in
                    try connection.execute("INSERT INTO t VALUES (1)")
                    throw CancellationError()
                }
            }
            try await store.writeUnsettled { try $0.execute("INSERT INTO t VALUES (2)") }
            #expect(try await store.read { try $0.all("SELECT a FROM t") { $0.int64(0) } } == [2])
            try await store.settle()
        }
    }

    @Test
    func `a writer waits for the disk again after what is settled later`() async throws {
        try await Driver.sqlite.withStore { store, _ in
            let level: @Sendable (any Connection) throws -> Int64? = { connection in
                try connection.first("PRAGMA synchronous") { $0.int64(0) }
            }
            var levels = [try await store.writeUnsettled(level), try await store.write(level)]
            _ = try? await store.writeUnsettled { _ in throw CancellationError() }
            levels.append(try await store.write(level))
            #expect(levels == [1, 2, 2])
        }
    }

    @Test
    func `files are their owner's alone`() async throws {
        try await Driver.sqlite.withStore { store, folder in
            try await store.write { try $0.execute("CREATE TABLE t (a INTEGER)") }
            for file in ["test.sqlite", "test.sqlite-wal", "test.sqlite-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: file).path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
        }
    }
}
