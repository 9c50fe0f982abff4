public import Records
import Store

extension Session {
    /// The same session, whose writes are not held up by duplicate rules that only alert.
    public func allowingDuplicates() -> Session {
        Session(
            user: user, application: application, purpose: purpose, system: system, engine: engine,
            allowsDuplicates: true, together: together, recorder: recorder, facts: facts)
    }
}

extension Session {
    /// Before rows of an object with duplicate rules are written: what the rules look up must be whole.
    func settleMatches(for columns: BatchColumns) async throws {
        if !columns.object.duplicateRules.isEmpty { try await settleMatches() }
    }

    /// Makes what rules look up that became active, or changed, while there were records.
    private func settleMatches() async throws {
        while try await hasPendingMatches() {
            try Task.checkCancellation()
            try await write { try self.engine.settleMatches($0, limit: 5_000) }
        }
    }

    private func hasPendingMatches() async throws -> Bool {
        try await read { try $0.first("SELECT 1 FROM az_match_pending LIMIT 1") { _ in true } ?? false }
    }

    /// Writes down duplicates that a bulk load let through, behind the commit of their chunk.
    func report(_ reports: [DuplicateStep.Report]) async throws {
        if reports.isEmpty { return }
        _ = try await commit(0, .keepGoing, likely: []) { transaction in
            try DuplicateStep.report(reports, transaction)
            return []
        }
    }
}

extension Engine {
    fileprivate func settleMatches(_ connection: any Connection, limit: Int) throws {
        let next = try connection.first("SELECT rule, object, next FROM az_match_pending LIMIT 1") { row in
            (rule: RecordID(rawValue: row.int64(0)), object: row.string(1), first: row.int64(2))
        }
        guard let next else { return }
        let object = try schema.current(on: connection).object(next.object)
        let rule = object?.comparingRules.first { $0.id == next.rule }
        var ids: [RecordID] = []
        if let object, let rule {
            ids = try connection.all(
                """
                SELECT "Id" FROM \(identifier: Identifier(object.name)) \
                WHERE "Id" >= \(.integer(next.first)) AND "IsDeleted" = 0 ORDER BY "Id" LIMIT \(.integer(Int64(limit)))
                """
            ) { RecordID(rawValue: $0.int64(0)) }
            for start in stride(from: 0, to: ids.count, by: 500) {
                for row in try connection.storedRows(Array(ids[start..<min(start + 500, ids.count)]), of: object) {
                    try MatchIndex.replace([], with: matches.keys(rule) { row[$0] }, of: row.id, rule, connection)
                }
            }
        }
        let place: SQL = "rule = \(.id(next.rule)) AND object = \(.text(next.object))"
        if let last = ids.last, ids.count == limit {
            try connection.execute(
                "UPDATE az_match_pending SET next = \(.integer(last.rawValue + 1)) WHERE \(place)")
        } else {
            try connection.execute("DELETE FROM az_match_pending WHERE \(place)")
        }
    }
}
