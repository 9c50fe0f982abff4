import Records
import Synchronization
import Testing

@testable import Store

@Suite(.timeLimit(.minutes(5)))
struct ReadingTests {
    /// A query that would run for many minutes.
    static let endless: SQL = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000) SELECT count(*) FROM n
        """

    @Test(arguments: Driver.allCases)
    func `a read sees one moment, whatever is written meanwhile`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (a INTEGER)")
                try connection.execute("INSERT INTO t VALUES (1)")
            }
            let stream = store.stream { (connection, emit: ([UInt8]) throws -> Void) in
                for _ in 0..<20 {
                    let count = try connection.first("SELECT count(*) FROM t") { $0.int64(0) } ?? -1
                    try emit([UInt8(count)])
                }
            }
            var counts: [UInt8] = []
            for try await chunk in stream {
                counts += chunk
                try await store.write { try $0.execute("INSERT INTO t VALUES (2)") }
            }
            #expect(counts == Array(repeating: 1, count: 20))
            #expect(try await store.read { try $0.first("SELECT count(*) FROM t") { $0.int64(0) } } == 21)
        }
    }

    @Test(arguments: Driver.allCases)
    func `a cancelled read interrupts the database`(driver: Driver) async throws {
        try await driver.withStore(readers: 1) { store, _ in
            let (begun, signal) = AsyncStream<Void>.makeStream()
            let reading = Task {
                try await store.read { connection in
                    signal.finish()
                    return try connection.first(Self.endless) { $0.int64(0) }
                }
            }
            for await _ in begun {}
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            let one = try await store.read { try $0.first("SELECT 1") { $0.int64(0) } }
            #expect(one == 1)
        }
    }

    @Test(arguments: Driver.allCases)
    func `a read cancelled before its turn never runs`(driver: Driver) async throws {
        try await driver.withStore(readers: 1) { store, _ in
            let (begun, signal) = AsyncStream<Void>.makeStream()
            let first = Task {
                try await store.read { connection in
                    signal.finish()
                    return try connection.first(Self.endless) { $0.int64(0) }
                }
            }
            for await _ in begun {}
            let second = Task { try await store.read { _ in Issue.record("it ran") } }
            second.cancel()
            first.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
        }
    }

    @Test(arguments: Driver.allCases)
    func `a cancellation between two statements reaches the next`(driver: Driver) async throws {
        try await driver.withStore(readers: 1) { store, _ in
            let (begun, signal) = AsyncStream<Void>.makeStream()
            let cancelled = Monitor(false)
            let reading = Task {
                try await store.read { connection in
                    signal.finish()
                    // The cancellation has come when this ends, and no statement ran meanwhile.
                    _ = cancelled.wait { $0 ? true : nil }
                    return try connection.first(Self.endless) { $0.int64(0) }
                }
            }
            for await _ in begun {}
            reading.cancel()
            cancelled.withLock { $0 = true }
            cancelled.signal()
            await #expect(throws: CancellationError.self) { try await reading.value }
        }
    }

    @Test(arguments: Driver.allCases)
    func `a reader is whole after cancellations at any moment`(driver: Driver) async throws {
        try await driver.withStore(readers: 1) { store, _ in
            for rounds in 0..<300 {
                let reading = Task {
                    try await store.read { connection in
                        try connection.first("SELECT \(.integer(Int64(rounds)))") { $0.int64(0) }
                    }
                }
                for _ in 0..<(rounds % 7) { await Task.yield() }
                reading.cancel()
                _ = try? await reading.value
            }
            let one = try await store.read { try $0.first("SELECT 1") { $0.int64(0) } }
            #expect(one == 1)
        }
    }

    @Test(arguments: Driver.allCases)
    func `a stream stays a few chunks ahead of a slow consumer`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            let sent = Sent()
            let stream = store.stream { (_, emit: ([UInt8]) throws -> Void) in
                for number in 0..<100 {
                    try emit([UInt8(number)])
                    sent.count.withLock { $0 += 1 }
                }
            }
            var taken = 0
            for try await chunk in stream {
                #expect(chunk == [UInt8(taken)])
                taken += 1
                #expect(sent.count.withLock { $0 } <= taken + 5)
                await Task.yield()
            }
            #expect(taken == 100)
        }
    }

    @Test(arguments: Driver.allCases)
    func `a dropped stream frees its reader`(driver: Driver) async throws {
        try await driver.withStore(readers: 1) { store, _ in
            for _ in 0..<20 {
                for try await _ in store.stream({ (_, emit: ([UInt8]) throws -> Void) in while true { try emit([1]) } })
                { break }
            }
            let one = try await store.read { try $0.first("SELECT 1") { $0.int64(0) } }
            #expect(one == 1)
        }
    }

    @Test(arguments: Driver.allCases)
    func `streams leave a reader to others`(driver: Driver) async throws {
        try await driver.withStore(readers: 3) { store, _ in
            var iterators = (0..<5).map { _ in
                store.stream { (_, emit: ([UInt8]) throws -> Void) in
                    for number in 0..<50 { try emit([UInt8(number)]) }
                }.makeAsyncIterator()
            }
            // Two run, and wait for their consumers; three wait for a reader.
            #expect(try await iterators[0].next() == [0])
            #expect(try await iterators[1].next() == [0])
            let one = try await store.read { try $0.first("SELECT 1") { $0.int64(0) } }
            #expect(one == 1)
            for place in iterators.indices {
                while try await iterators[place].next() != nil {}
            }
        }
    }

    @Test(arguments: Driver.allCases)
    func `an error in a stream arrives after its chunks`(driver: Driver) async throws {
        try await driver.withStore { store, _ in
            var taken: [UInt8] = []
            let stream = store.stream { (connection, emit: ([UInt8]) throws -> Void) in
                try emit([1])
                try connection.execute("SELECT * FROM missing")
            }
            await #expect(throws: PlatformError(.unknownException, "")) {
                for try await chunk in stream { taken += chunk }
            }
            #expect(taken == [1])
        }
    }

    @Test(arguments: Driver.allCases)
    func `many callers at once all get their answer`(driver: Driver) async throws {
        try await driver.withStore(readers: 4) { store, _ in
            try await store.write { try $0.execute("CREATE TABLE t (a INTEGER)") }
            try await withThrowingTaskGroup(of: Int64?.self) { group in
                for number in 0..<500 {
                    if number % 10 == 0 {
                        group.addTask {
                            try await store.write { try $0.execute("INSERT INTO t VALUES (1)") }
                            return nil
                        }
                    }
                    group.addTask {
                        try await store.read { connection in
                            try connection.first("SELECT \(.integer(Int64(number)))") { $0.int64(0) }
                        }
                    }
                }
                var sum: Int64 = 0
                for try await answer in group { sum += answer ?? 0 }
                #expect(sum == 124_750)
            }
            #expect(try await store.read { try $0.first("SELECT count(*) FROM t") { $0.int64(0) } } == 50)
        }
    }

    final class Sent: Sendable { let count = Mutex(0) }
}
