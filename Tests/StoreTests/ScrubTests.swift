import Foundation
import Records
import Store
import Testing

struct ScrubTests {
    /// Whether a text is in any file of the folder.
    private func isFound(_ text: String, in folder: URL) throws -> Bool {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.contains { try Data(contentsOf: $0).range(of: Data(text.utf8)) != nil }
    }

    @Test(arguments: Driver.embedded)
    func `what is deleted or overwritten is in no file after a scrub`(driver: Driver) async throws {
        try await driver.withStore { store, folder in
            let long = String(repeating: "x", count: 20_000)
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
                try connection.execute("CREATE INDEX t_a ON t (a)")
                try connection.execute("INSERT INTO t VALUES (1, 'kept-secret-1', 'stays')")
                try connection.execute("INSERT INTO t VALUES (2, 'deleted-secret-2', 'gone')")
                try connection.execute("INSERT INTO t VALUES (3, 'shortened-secret-3', NULL)")
                try connection.execute("INSERT INTO t VALUES (4, 'row4', \(.text(long + "overflow-secret-4" + long)))")
                try connection.execute("INSERT INTO t VALUES (5, \(.text(long + "indexed-overflow-5" + long)), NULL)")
            }
            try await store.scrub()
            for secret in ["deleted-secret-2", "shortened-secret-3", "overflow-secret-4", "indexed-overflow-5"] {
                #expect(try isFound(secret, in: folder), "\(secret) was stored in clear")
            }
            try await store.write { connection in
                try connection.execute("DELETE FROM t WHERE id = 2")
                try connection.execute("UPDATE t SET a = 'short' WHERE id = 3")
                try connection.execute("UPDATE t SET b = NULL WHERE id = 4")
                try connection.execute("DELETE FROM t WHERE id = 5")
            }
            try await store.scrub()
            for secret in ["deleted-secret-2", "shortened-secret-3", "overflow-secret-4", "indexed-overflow-5"] {
                #expect(try !isFound(secret, in: folder), "\(secret) is still in a file")
            }
            #expect(try isFound("kept-secret-1", in: folder))
            #expect(try await store.integrityCheck() == [])
        }
    }

    @Test(arguments: Driver.embedded)
    func `no copy stays behind where full pages were spread over their neighbours`(driver: Driver) async throws {
        try await driver.withStore { store, folder in
            var random = Sequence(seed: 7)
            let texts = (0..<6000).map { _ in
                String(format: "%08x", random.next(1 << 31)) + String(repeating: "y", count: 8 + random.next(60))
            }
            let order = texts.indices.map { ($0 * 3571) % texts.count }
            let doomed = Set((0..<600).map { _ in random.next(texts.count) })
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)")
                try connection.execute("CREATE INDEX t_a ON t (a)")
                let insert = try connection.prepare("INSERT INTO t VALUES (\(.null), \(.null))")
                for id in order { try insert.run([.integer(Int64(id)), .text(texts[id])]) }
            }
            try await store.write { connection in
                let delete = try connection.prepare("DELETE FROM t WHERE id = \(.null)")
                for id in doomed { try delete.run([.integer(Int64(id))]) }
            }
            try await store.scrub()
            // Pages that the writer still knows are changed and written once more.
            try await store.write { try $0.execute("UPDATE t SET a = a || 'z' WHERE id % 7 = 0") }
            var bytes = Data()
            for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                bytes += try Data(contentsOf: file)
            }
            var words: Set<Substring> = []
            for word in String(decoding: bytes, as: UTF8.self).split(whereSeparator: { !$0.isHexDigit }) {
                for start in word.indices where word.distance(from: start, to: word.endIndex) >= 8 {
                    words.insert(word[start...].prefix(8))
                }
            }
            #expect(doomed.filter { words.contains(texts[$0].prefix(8)) }.isEmpty)
            #expect(try await store.integrityCheck() == [])
        }
    }

    @Test(arguments: Driver.embedded)
    func `a scrub says when a long reading keeps the old state alive, and works after it`(driver: Driver) async throws {
        try await driver.withStore { store, folder in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a TEXT)")
                try connection.execute("INSERT INTO t VALUES ('held-secret')")
            }
            var reading: AsyncThrowingStream<[UInt8], any Error>.Iterator? = store.stream {
                (connection, emit: ([UInt8]) throws -> Void) in
                try connection.rows("SELECT a FROM t") { _ in
                    while true { try emit([1]) }
                }
            }.makeAsyncIterator()
            #expect(try await reading?.next() == [1])
            try await store.write { try $0.execute("DELETE FROM t") }
            await #expect(throws: PlatformError(.unableToLockRow, "")) { try await store.scrub() }
            reading = nil
            try await store.scrub()
            #expect(try !isFound("held-secret", in: folder))
        }
    }

    /// Numbers that only look random, so that the test does the same every time.
    struct Sequence {
        var state: UInt64
        init(seed: UInt64) { state = seed }
        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
    }
}
