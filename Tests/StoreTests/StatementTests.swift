import Foundation
import Records
import Store
import Testing

struct StatementTests {
    @Test(arguments: Driver.allCases)
    func `each kind of value is bound and read back`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let rows: [(Value, FieldType)] = [
                (.boolean(true), .boolean), (.integer(-1 << 62), .long), (.double(0.1), .double),
                (.text("日本語 é\\N\t\n"), .string), (.text(""), .string),
                (.date(Day(year: 1969, month: 12, day: 31)), .date), (.datetime(Instant(milliseconds: -1)), .datetime),
                (.time(TimeOfDay(milliseconds: 86_399_999)), .time), (.bytes([0, 255]), .base64),
                (.id(RecordID(rawValue: 1 << 50)), .id), (.null, .string), (.null, .long), (.null, .double),
                (.null, .base64), (.integer(0), .int), (.boolean(false), .boolean), (.double(0), .double),
                (.bytes([]), .base64),
            ]
            try await store.write { connection in
                for (value, type) in rows {
                    let column = connection.dialect.type(try #require(type.storage))
                    try connection.execute("CREATE TABLE t (a \(column))\(connection.dialect.tableSuffix)")
                    try connection.execute("INSERT INTO t VALUES (\(value))")
                    #expect(try connection.first("SELECT a FROM t") { $0.value(0, as: type) } == value)
                    try connection.blocks("SELECT a, 'behind' FROM t", as: [type.cellKind, .text]) { block in
                        #expect((0..<block.rowCount).map(block.values) == [[value, "behind"]])
                    }
                    try connection.execute("DROP TABLE t")
                }
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `blocks hold all rows in their order, however long the texts`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            // Blocks that are full of rows, of bytes, and of one row alone.
            let lengths =
                Array(repeating: 3, count: 1200) + [400_000, 0, 131_072, 131_073, 7] + Array(repeating: 900, count: 300)
            try await store.write { connection in
                try connection.execute(
                    "CREATE TABLE t (i INTEGER PRIMARY KEY, a TEXT, b \(connection.dialect.type(.bytes)))")
                for (place, length) in lengths.enumerated() {
                    let text = String(repeating: "x", count: length)
                    try connection.execute(
                        "INSERT INTO t VALUES (\(.integer(Int64(place))), \(.text(text)), \(.bytes([UInt8(place % 256)])))"
                    )
                }
            }
            let (rows, blocks) = try await store.read { connection in
                var (found, count): ([[Value]], Int) = ([], 0)
                for query: SQL in ["SELECT i, a, b FROM t ORDER BY i", "SELECT i, a, b FROM t"] {
                    let before = found
                    found = []
                    try connection.blocks(query, as: [.integer, .text, .bytes]) { block in
                        count += 1
                        found += (0..<block.rowCount).map(block.values)
                    }
                    #expect(before.isEmpty || before == found)
                }
                try connection.blocks("SELECT i FROM t WHERE i < 0", as: [.integer]) { _ in Issue.record("no rows") }
                return (found, count)
            }
            #expect(blocks > 10)
            #expect(rows.count == lengths.count)
            for (place, row) in rows.enumerated() {
                #expect(row[0] == .integer(Int64(place)) && row[2] == .bytes([UInt8(place % 256)]))
                #expect(row[1].text?.utf8.count == lengths[place])
            }
        }
    }

    @Test(
        arguments: Driver.allCases,
        [
            "SELECT i, a FROM t",
            "SELECT i, a FROM t WHERE i > \(.integer(5)) LIMIT 7",
            "SELECT i, a FROM t LIMIT 700 OFFSET 31",
            "SELECT a, COUNT(*) FROM t GROUP BY a",
            "SELECT DISTINCT a, 1 FROM t",
            "SELECT i, a FROM t ORDER BY a DESC, i",
            "SELECT a, i FROM t order by i DESC LIMIT 40 OFFSET 3",
            "SELECT a, i FROM (SELECT a, i FROM t ORDER BY a, i DESC LIMIT 80) AS s",
            "SELECT i, a FROM t WHERE i < 9 UNION ALL SELECT i, a FROM t WHERE i > 990",
            "SELECT x.i, y.a FROM t x LEFT JOIN t y ON y.i = x.i - 500",
            "WITH few (i, a) AS (SELECT i, a FROM t WHERE i IN (\(.integer(3)), \(.integer(900)))) SELECT i, a FROM few",
        ] as [SQL])
    func `blocks hold what the rows of the same query hold`(driver: Driver, query: SQL) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute(
                    "CREATE TABLE t (i INTEGER PRIMARY KEY, a INTEGER)\(connection.dialect.tableSuffix)")
                for number in 1...1000 as ClosedRange<Int64> {
                    let a: Value = number % 13 == 0 ? .null : .integer(number * 7919 % 50)
                    try connection.execute("INSERT INTO t VALUES (\(.integer(number)), \(a))")
                }
            }
            try await store.read { connection in
                let rows = try connection.all(query) { [$0.value(0, as: .long), $0.value(1, as: .long)] }
                var found: [[Value]] = []
                try connection.blocks(query, as: [.integer, .integer]) { found += (0..<$0.rowCount).map($0.values) }
                #expect(found == rows)
                #expect(!rows.isEmpty)
            }
        }
    }

    @Test(arguments: Driver.allCases, [1, 127, 128, 500])
    func `blocks have as many columns as a query`(driver: Driver, columns: Int) async throws {
        try await driver.withStore { store, _ in
            let values = (0..<columns).map { $0 % 3 == 0 ? Value.null : .text("of column \($0)") }
            let query: SQL = "SELECT \(SQL.joined(values.map { "\($0)" }, separator: ", "))"
            let kinds = Array(repeating: Cell.Kind.text, count: columns)
            try await store.read { connection in
                var found: [[Value]] = []
                try connection.blocks(query, as: kinds) { block in
                    found += (0..<block.rowCount).map(block.values)
                    // One query's blocks are gone through while another's are filled.
                    try connection.blocks(query, as: kinds) { found += (0..<$0.rowCount).map($0.values) }
                }
                #expect(found == [values, values])
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `bindings set in place leave out what is NULL`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER, b TEXT, c REAL)")
                let insert = try connection.prepare("INSERT INTO t VALUES (\(.null), \(.null), \(.null))")
                try insert.run { bindings in
                    bindings.set(1, at: 0)
                    Array("text".utf8).withUnsafeBufferPointer { bindings.set(text: $0, at: 1) }
                    bindings.set(double: 2.5, at: 2)
                }
                try insert.run { $0.set(2, at: 0) }
            }
            let rows = try await store.read { connection in
                try connection.all("SELECT a, b, c FROM t ORDER BY a") {
                    [$0.value(0, as: .long), $0.value(1, as: .string), $0.value(2, as: .double)]
                }
            }
            #expect(rows == [[1, "text", 2.5], [2, .null, .null]])
        }
    }

    @Test(arguments: Driver.allCases)
    func `the same query may run inside itself`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let pairs = try await store.read { connection in
                var pairs = 0
                for _ in 0..<3 {
                    try connection.rows("SELECT 1 UNION ALL SELECT 2") { _ in
                        try connection.rows("SELECT 1 UNION ALL SELECT 2") { _ in
                            pairs += 1
                            return true
                        }
                        return true
                    }
                }
                return pairs
            }
            #expect(pairs == 12)
        }
    }

    @Test(arguments: Driver.allCases)
    func `a value of a wrong kind is refused by a strict table`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                let (integer, suffix) = (connection.dialect.type(.integer), connection.dialect.tableSuffix)
                try connection.execute("CREATE TABLE t (a \(integer))\(suffix)")
            }
            await #expect(throws: PlatformError(.fieldIntegrityException, "")) {
                try await store.write { try $0.execute("INSERT INTO t VALUES (\(.text("secret word")))") }
            }
        }
    }
}
