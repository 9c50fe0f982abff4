import Foundation
import Records
import Store
import Testing

struct DialectTests {
    @Test(arguments: Driver.allCases)
    func `parts of dates are right on both sides of 1970`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            for (text, hour, parts) in [
                ("2026-11-24T23:59:59.999Z", 23, [2026, 4, 11, 24, 328, 3, 4, 47]),
                ("1969-12-31T23:59:59.999Z", 23, [1969, 4, 12, 31, 365, 4, 5, 53]),
                ("1970-01-01T00:00:00.000Z", 0, [1970, 1, 1, 1, 1, 5, 1, 1]),
                ("2024-02-29T12:00:00.000Z", 12, [2024, 1, 2, 29, 60, 5, 5, 9]),
            ] as [(String, Int64, [Int64])] {
                let moment = try #require(Instant(text))
                let found = try await store.read { connection in
                    let bound: SQL = "\(.datetime(moment))"
                    let day = connection.dialect.day(ofMilliseconds: bound)
                    #expect(try connection.first("SELECT \(day)") { $0.int64(0) } == Int64(moment.day.daysSince1970))
                    #expect(
                        try connection.first("SELECT \(connection.dialect.hour(ofMilliseconds: bound))") { $0.int64(0) }
                            == hour)
                    let parts: [DatePart] = [
                        .year, .quarter, .month, .dayInMonth, .dayInYear, .dayInWeek, .weekInMonth, .weekInYear,
                    ]
                    return try parts.map { part in
                        try connection.first("SELECT \(connection.dialect.part(part, ofDay: day))") { $0.int64(0) }
                    }
                }
                #expect(found == parts)
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `LIKE disregards case and takes an escaped percent sign as itself`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            for (text, pattern, isLike) in [
                ("Acme", "ac%", true), ("100% sure", "100\\%%", true), ("1000 sure", "100\\%%", false),
                ("a_b", "a\\_b", true), ("axb", "a\\_b", false), ("日本", "日_", true),
            ] {
                let found = try await store.read { connection in
                    let like = connection.dialect.like("\(.text(text))", "\(.text(pattern))")
                    return try connection.first("SELECT \(like)") { $0.int64(0) != 0 }
                }
                #expect(found == isLike, "\(text) LIKE \(pattern)")
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `an upsert changes the row that is there`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let rows = try await store.write { connection in
                try connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)")
                let statement = connection.dialect.upsert(
                    into: Identifier("t"), columns: [Identifier("k"), Identifier("v")], key: [Identifier("k")])
                let upsert = try connection.prepare(statement)
                for (key, value) in [(1, "a"), (2, "b"), (1, "c")] {
                    try upsert.run([.integer(Int64(key)), .text(value)])
                }
                return try connection.all("SELECT v FROM t ORDER BY k") { $0.string(0) }
            }
            #expect(rows == ["c", "b"])
        }
    }

    @Test(arguments: Driver.allCases)
    func `migrations run once, in the order of their numbers`(driver: Driver) async throws {
        try await driver.withStore { store, folder in
            let files = folder.appending(path: "migrations")
            try FileManager.default.createDirectory(at: files, withIntermediateDirectories: false)
            try "INSERT INTO m VALUES (2); INSERT INTO m VALUES (3);"
                .write(to: files.appending(path: "0010-fill.sql"), atomically: false, encoding: .utf8)
            try "CREATE TABLE m (a INTEGER);"
                .write(to: files.appending(path: "0002-table.sql"), atomically: false, encoding: .utf8)
            let migrations = try Migration.all(inFolder: files)
            #expect(migrations.map(\.name) == ["table", "fill"])
            for _ in 0..<2 { try await store.write { try $0.migrate(migrations) } }
            #expect(try await store.read { try $0.all("SELECT a FROM m") { $0.int64(0) } } == [2, 3])
        }
    }
}
