import Records
import Store
import Testing

struct TransactionTests {
    struct Stop: Error {}

    @Test(arguments: Driver.allCases)
    func `a write is kept when its body returns`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a INTEGER)") }
            let changed = try await store.write { try $0.execute("INSERT INTO t VALUES (\(1)), (\(2))") }
            #expect(changed == 2)
            #expect(try await store.read { try $0.all("SELECT a FROM t ORDER BY a") { $0.int64(0) } } == [1, 2])
        }
    }

    @Test(arguments: Driver.allCases)
    func `a write is undone when its body throws, and the next one works`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a INTEGER)") }
            await #expect(throws: Stop.self) {
                try await store.write { connection in
                    try connection.execute("INSERT INTO t VALUES (1)")
                    throw Stop()
                }
            }
            try await store.write { try $0.execute("INSERT INTO t VALUES (2)") }
            #expect(try await store.read { try $0.all("SELECT a FROM t") { $0.int64(0) } } == [2])
        }
    }

    @Test(arguments: Driver.allCases)
    func `savepoints undo what is in them alone, also nested`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER)")
                try connection.savepoint {
                    try connection.execute("INSERT INTO t VALUES (1)")
                    try? connection.savepoint {
                        try connection.execute("INSERT INTO t VALUES (2)")
                        throw Stop()
                    }
                    try connection.savepoint { try connection.execute("INSERT INTO t VALUES (3)") }
                }
                try? connection.savepoint {
                    try connection.savepoint { try connection.execute("INSERT INTO t VALUES (4)") }
                    throw Stop()
                }
            }
            #expect(try await store.read { try $0.all("SELECT a FROM t ORDER BY a") { $0.int64(0) } } == [1, 3])
        }
    }

    @Test(arguments: Driver.allCases)
    func `a change of the tables is undone with its transaction`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try? await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER)")
                throw Stop()
            }
            await #expect(throws: PlatformError.self) { try await store.read { try $0.execute("SELECT * FROM t") } }
        }
    }

    @Test(arguments: Driver.allCases)
    func `a reader may not write`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a INTEGER)") }
            await #expect(throws: PlatformError.self) { try await store.read { try $0.execute("DELETE FROM t") } }
        }
    }

    @Test(arguments: Driver.allCases)
    func `statements see a column that was added after they were first run`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let read: @Sendable () async throws -> [Value] = {
                try await store.read { connection in
                    var values: [Value] = []
                    try connection.rows("SELECT * FROM t") { row in
                        values.append(row.value(0, as: .long))
                        return true
                    }
                    return values
                }
            }
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER)")
                try connection.execute("INSERT INTO t VALUES (7)")
            }
            #expect(try await read() == [7])
            try await store.write { try $0.execute("ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'new'") }
            #expect(try await read() == [7])
            #expect(try await store.read { try $0.first("SELECT b FROM t") { $0.string(0) } } == "new")
        }
    }

    @Test(arguments: Driver.allCases)
    func `a closed store refuses work and says so`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            await store.close()
            await #expect(throws: PlatformError(.serverUnavailable, "")) {
                try await store.read { _ in }
            }
        }
    }
}
