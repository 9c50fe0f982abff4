import Records
import Store
import Testing

struct ErrorTests {
    @Test(arguments: Driver.allCases)
    func `a value that must be unique names its columns and never the value`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                let column = connection.dialect.textIgnoringCase
                try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b \(column))")
                try connection.execute("CREATE UNIQUE INDEX t_ab ON t (a, b)")
                try connection.execute("INSERT INTO t VALUES (1, 'secret', 'word')")
            }
            let error = await #expect(throws: PlatformError.self) {
                try await store.write { try $0.execute("INSERT INTO t VALUES (2, 'secret', 'WORD')") }
            }
            #expect(error?.code == .duplicateValue)
            #expect(error?.fields == ["a", "b"])
            #expect(error?.detail?.contains("INSERT INTO t") == true)
        }
    }

    @Test(arguments: Driver.allCases)
    func `bound values are in no error`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE NOT NULL)") }
            let insert: @Sendable (Int64, Value) async throws -> Void = { id, value in
                _ = try await store.write { try $0.execute("INSERT INTO t VALUES (\(.integer(id)), \(value))") }
            }
            try await insert(1, "secret")
            for (id, value, code) in [
                (2, "secret", PlatformError.Code.duplicateValue), (1, "secret2", .duplicateValue),
                (3, .null, .requiredFieldMissing),
            ] as [(Int64, Value, PlatformError.Code)] {
                let error = await #expect(throws: PlatformError.self) { try await insert(id, value) }
                #expect(error?.code == code)
                #expect(error.map { String(reflecting: $0).contains("secret") } == false)
            }
        }
    }

    @Test
    func `a folder that is not there is named as the trouble`() {
        let error = #expect(throws: PlatformError.self) {
            try SQLiteStore.open(path: "/nowhere/at/all.sqlite", readers: 1)
        }
        #expect(error?.message.contains("folder") == true)
    }
}
