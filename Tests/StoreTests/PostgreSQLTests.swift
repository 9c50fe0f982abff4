import Foundation
import Records
import Store
import Testing

/// What only a server does. Skipped where none is named for tests.
@Suite(.timeLimit(.minutes(5)))
struct PostgreSQLTests {
    private static let drivers = Driver.allCases.filter { $0 == .postgresql }

    private func settings(_ store: any Store) async throws -> String {
        let name = try await store.read { try $0.first("SELECT current_database()::text") { $0.string(0) } }
        return try Driver.settings(Identifier(try #require(name)))
    }

    private func processes(_ store: any Store) async throws -> [Int64] {
        try await store.read { connection in
            try connection.all(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
            ) { $0.int64(0) }
        }
    }

    @Test(arguments: drivers)
    func `a connection that was lost between transactions is made anew`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a BIGINT)") }
            let settings = try await settings(store)
            for process in try await processes(store) {
                // As an administrator or a restart of the server would.
                try PostgreSQLStore.administer(
                    settings, "SELECT pg_terminate_backend(CAST(\(.integer(process)) AS INTEGER))")
            }
            try await store.write { try $0.execute("INSERT INTO t VALUES (\(.integer(7)))") }
            for _ in 0..<4 {
                #expect(try await store.read { try $0.all("SELECT a FROM t") { $0.int64(0) } } == [7])
            }
        }
    }

    @Test(arguments: drivers)
    func `a connection that is lost in the middle undoes the transaction, and says so`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a BIGINT)") }
            let settings = try await settings(store)
            let error = await #expect(throws: PlatformError.self) {
                try await store.write { connection in
                    try connection.execute("INSERT INTO t VALUES (1)")
                    let own = try connection.first("SELECT pg_backend_pid()") { $0.int64(0) } ?? 0
                    try PostgreSQLStore.administer(
                        settings, "SELECT pg_terminate_backend(CAST(\(.integer(own)) AS INTEGER), 5000)")
                    try connection.execute("INSERT INTO t VALUES (2)")
                }
            }
            #expect(error?.code == .serverUnavailable)
            try await store.write { try $0.execute("INSERT INTO t VALUES (3)") }
            #expect(try await store.read { try $0.all("SELECT a FROM t") { $0.int64(0) } } == [3])
        }
    }

    @Test(arguments: drivers)
    func `writers of several processes take turns, and see what the others wrote`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a BIGINT)")
                try connection.execute("INSERT INTO t VALUES (0)")
            }
            let settings = try await settings(store)
            let other = try PostgreSQLStore.open(settings, readers: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for store in [store, other] as [any Store] {
                    for _ in 0..<50 {
                        group.addTask {
                            try await store.write { connection in
                                let sum = try connection.first("SELECT a FROM t") { $0.int64(0) } ?? 0
                                try connection.execute("UPDATE t SET a = \(.integer(sum + 1))")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            await other.close()
            #expect(try await store.read { try $0.first("SELECT a FROM t") { $0.int64(0) } } == 100)
        }
    }

    @Test(arguments: drivers)
    func `a statement that failed and was passed over keeps nothing of its transaction`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a BIGINT PRIMARY KEY)") }
            await #expect(throws: PlatformError.self) {
                try await store.write { connection in
                    try connection.execute("INSERT INTO t VALUES (1)")
                    _ = try? connection.execute("INSERT INTO t VALUES (1)")
                }
            }
            #expect(try await store.read { try $0.all("SELECT a FROM t") { $0.int64(0) } } == [])
        }
    }

    @Test(arguments: drivers)
    func `sums and averages of integers are exact`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            for (numbers, sum, average) in [
                ([9_007_199_254_740_993], 9_007_199_254_740_993, 9_007_199_254_740_992), ([1, 2], 3, 1.5),
                ([0], 0, 0), ([-10_000, -2], -10_002, -5001), ([123_456_789, 1], 123_456_790, 61_728_395),
                ([1, 0, 0], 1, 1 / 3.0), ([-1, 0, 0], -1, -1 / 3.0), ([40_000_000], 40_000_000, 40_000_000),
            ] as [([Int64], Int64, Double)] {
                let list = SQL.joined(numbers.map { "(\(.integer($0)))" }, separator: ", ")
                let found = try await store.read { connection in
                    try connection.first("SELECT sum(a), avg(a), sum(a) FROM (VALUES \(list)) AS t (a)") {
                        (sum: $0.int64(0), average: $0.double(1), double: $0.double(2))
                    }
                }
                #expect(found?.sum == sum && found?.average == average && found?.double == Double(sum))
            }
        }
    }

    @Test(arguments: drivers)
    func `a text with a NUL is refused, not cut off`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a TEXT)") }
            await #expect(throws: PlatformError(.fieldIntegrityException, "")) {
                try await store.write { try $0.execute("INSERT INTO t VALUES (\(.text("a\0b")))") }
            }
        }
    }

    @Test(arguments: drivers)
    func `a scrub removes the dead rows`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE EXTENSION pgstattuple")
                try connection.execute("CREATE TABLE t (a BIGINT, b TEXT)")
                try connection.execute("INSERT INTO t SELECT n, 'text' FROM generate_series(1, 1000) AS n")
                try connection.execute("DELETE FROM t WHERE a % 2 = 0")
            }
            func dead() async throws -> Int64? {
                try await store.read { try $0.first("SELECT dead_tuple_count FROM pgstattuple('t')") { $0.int64(0) } }
            }
            #expect(try await dead() == 500)
            // The end of a reading is not waited for: the first may come while the server still has one open.
            var left = try await dead()
            for _ in 0..<20 where left != 0 {
                try await store.scrub()
                left = try await dead()
            }
            #expect(left == 0)
        }
    }

    @Test(arguments: drivers)
    func `a database that cannot be used is refused with what to do`(driver: Driver) async throws {
        let nowhere = #expect(throws: PlatformError.self) {
            try PostgreSQLStore.open("host=/nowhere dbname=nothing password=secret", readers: 1)
        }
        #expect(nowhere?.code == .serverUnavailable)
        #expect(nowhere.map { String(reflecting: $0).contains("secret") } == false)
        let server = try Driver.settings(Identifier("postgres"))
        let name = Identifier("az_latin_\(UUID().uuidString.replacing("-", with: "_"))")
        try PostgreSQLStore.administer(
            server, "CREATE DATABASE \(identifier: name) ENCODING 'LATIN1' TEMPLATE template0")
        defer { try? PostgreSQLStore.administer(server, "DROP DATABASE \(identifier: name)") }
        let latin = #expect(throws: PlatformError.self) {
            try PostgreSQLStore.open(Driver.settings(name), readers: 1)
        }
        #expect(latin?.message.contains("createdb") == true)
    }
}
