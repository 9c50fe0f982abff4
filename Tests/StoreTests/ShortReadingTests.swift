import Foundation
import Glibc
import Records
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ShortReadingTests {
    @Test(arguments: Driver.embedded)
    func `a short reading runs on the thread of whoever asks`(driver: Driver) async throws {
        try await driver.withStore(spare: 1) { store, _ in
            func isHere() throws -> Bool? {
                let mine = pthread_self()
                return try store.readHere { _ in pthread_equal(mine, pthread_self()) != 0 }
            }
            let answer = try isHere()
            #expect(answer == true)
        }
    }

    @Test(arguments: Driver.embedded)
    func `where no connection is free it takes its turn among the others`(driver: Driver) async throws {
        try await driver.withStore(spare: 1) { store, _ in
            let inner: Bool?? = try store.readHere { _ in try store.readHere { _ in true } }
            #expect(inner == .some(nil))
        }
        try await driver.withStore(spare: 0) { store, _ in
            let here = try store.readHere { _ in true }
            let shortly = try await store.readShortly { try $0.first("SELECT 7") { $0.int64(0) } }
            #expect(here == nil && shortly == 7)
        }
    }

    @Test(arguments: Driver.embedded)
    func `it sees one moment, and the next sees what was written meanwhile`(driver: Driver) async throws {
        try await driver.withStore(spare: 1) { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER)")
                try connection.execute("INSERT INTO t VALUES (1)")
            }
            func counts() throws -> [Int64?]? {
                try store.readHere { connection in
                    let before = try connection.first("SELECT count(*) FROM t") { $0.int64(0) }
                    let written = DispatchSemaphore(value: 0)
                    store.writeSoon {
                        try $0.execute("INSERT INTO t VALUES (2)")
                    } ended: { _ in
                        written.signal()
                    }
                    written.wait()
                    return [before, try connection.first("SELECT count(*) FROM t") { $0.int64(0) }]
                }
            }
            let (first, second) = (try counts(), try counts())
            #expect(first == [1, 1] && second == [2, 2])
        }
    }

    @Test(arguments: Driver.embedded)
    func `an error leaves the connection whole`(driver: Driver) async throws {
        try await driver.withStore(spare: 1) { store, _ in
            #expect(throws: PlatformError.self) { try store.readHere { try $0.execute("CREATE TABLE t (a INTEGER)") } }
            #expect(throws: CancellationError.self) { try store.readHere { _ in throw CancellationError() } }
            let seven = try store.readHere { try $0.first("SELECT 7") { $0.int64(0) } }
            #expect(seven == .some(7))
        }
    }

    @Test(arguments: Driver.allCases)
    func `after the end nobody reads by himself`(driver: Driver) async throws {
        try await driver.withStore(spare: 2) { store, _ in
            await store.close()
            let here = try store.readHere { _ in true }
            #expect(here == nil)
            await #expect(throws: PlatformError(.serverUnavailable, "")) { try await store.readShortly { _ in true } }
        }
    }

    @Test(arguments: Driver.allCases)
    func `a writing for which nobody waits has its turn, and tells how it ended`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let ends = Mutex<[Bool]>([])
            store.writeSoon {
                try $0.execute("CREATE TABLE t (a INTEGER)")
            } ended: { e in
                ends.withLock { $0.append(e == nil) }
            }
            store.writeSoon { connection in
                try connection.execute("INSERT INTO t VALUES (1)")
                throw PlatformError(.invalidOperation, "no")
            } ended: { e in
                ends.withLock { $0.append(e == nil) }
            }
            let count = try await store.write { try $0.first("SELECT count(*) FROM t") { $0.int64(0) } }
            #expect(count == 0)
            #expect(ends.withLock { $0 } == [true, false])
            await store.close()
            store.writeSoon { _ in
                Issue.record("it ran")
            } ended: { e in
                ends.withLock { $0.append(e == nil) }
            }
            #expect(ends.withLock { $0 } == [true, false, false])
        }
    }

    @Test(arguments: Driver.allCases)
    func `a kept statement follows the schema, and may run inside itself`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let all = KeptSQL("SELECT count(*), \(.null) FROM t")
            let column = KeptSQL("SELECT * FROM t")
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER)")
                try connection.execute("INSERT INTO t VALUES (1)")
                let seen = try connection.first(all, [.integer(5)]) { outer in
                    [outer.int64(1), try connection.first(all, [.integer(6)]) { $0.int64(1) } ?? 0, outer.int64(1)]
                }
                #expect(seen == [5, 6, 5])
                #expect(try connection.first(column, []) { $0.int64(0) } == 1)
                try connection.execute("DROP TABLE t")
                try connection.execute("CREATE TABLE t (b INTEGER)")
                try connection.execute("INSERT INTO t VALUES (2)")
                #expect(try connection.first(column, []) { $0.int64(0) } == 2)
            }
        }
    }
}
