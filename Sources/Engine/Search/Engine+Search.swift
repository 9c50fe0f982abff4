import Records
import Store

extension Engine {
    /// Indexes what bulk loads left for later.
    ///
    /// - Parameter progress: Gets how many records were indexed so far.
    /// - Returns: How many records were indexed.
    @discardableResult
    public func settleSearch(progress: @Sendable (Int) -> Void = { _ in }) async throws -> Int {
        var count = 0
        while try await hasPendingSearch() {
            try Task.checkCancellation()
            let more = try await store.write { connection in
                try self.search.settle(
                    connection, schema: try self.schema.current(on: connection), limit: Self.settledAtOnce)
            }
            count += more
            if more > 0 { progress(count) }
        }
        return count
    }

    /// Each time most pages of the index are written anew, and nobody else can write: few times, and each for a second or two.
    private static let settledAtOnce = 40_000

    /// Makes the search index anew from the records. Who searches meanwhile waits.
    ///
    /// - Parameter progress: Gets how many records were indexed so far.
    /// - Returns: How many records were indexed.
    public func rebuildSearch(progress: @Sendable (Int) -> Void) async throws -> Int {
        try await store.write { connection in
            try self.search.forget(try self.schema.current(on: connection), connection)
        }
        return try await settleSearch(progress: progress)
    }

    /// Moves what single writes have left in the index into its blocks, when it is much: they take a tenth of the room.
    public func compactSearch() async throws {
        let (rowsMin, step) = (50_000, 10_000)
        let isMuch = try await store.read { connection in
            try connection.first("SELECT 1 FROM az_term LIMIT 1 OFFSET \(.integer(Int64(rowsMin)))") { _ in true }
        }
        guard isMuch == true else { return }
        // In steps that hold up nobody's write for long.
        while try await store.write({ try self.search.compact($0, self.schema.current(on: $0), limit: step) }) == step {
            try Task.checkCancellation()
        }
    }

    private func hasPendingSearch() async throws -> Bool {
        try await store.read { try $0.first("SELECT 1 FROM az_search_pending LIMIT 1") { _ in true } ?? false }
    }
}
