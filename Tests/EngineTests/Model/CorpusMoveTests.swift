import AzukariTesting
import Records
import Testing

@testable import Engine

/// The collected queries, as far as their objects exist, on the same records in both databases.
@Suite(
    .enabled(if: TestDatabase.server != nil && TestDatabase.isFile, "no PostgreSQL server is named for tests"),
    .timeLimit(.minutes(5)))
struct CorpusMoveTests {
    /// Of rows without an order it is chance which a limit keeps.
    private static let queries = CollectedQuery.all(besides: [])?.map(\.text).filter { query in
        let upper = query.uppercased()
        return !upper.contains("LIMIT") || upper.contains("ORDER BY")
    }

    /// What each query answers: its rows, or the code of its error.
    private func answers(_ queries: [String], _ session: Session) async -> [String] {
        var answers: [String] = []
        for query in queries {
            do {
                let rows = try await session.query(query).map(\.line)
                answers.append((query.uppercased().contains("ORDER BY") ? rows : rows.sorted()).joined(separator: "\n"))
            } catch {
                answers.append("\((error as? PlatformError)?.code.description ?? "another error")")
            }
        }
        return answers
    }

    @Test(.enabled(if: queries != nil, "\(CollectedQuery.absent)"))
    func `every query of the corpus answers the same from a file and from a server`() async throws {
        let queries = try #require(Self.queries)
        try await withCompany { company in
            let session = company.engine.systemSession(as: .operator, reason: "test")
            let before = await answers(queries, session)
            #expect(before.count { !$0.isEmpty && !$0.hasPrefix("INVALID") && !$0.hasPrefix("MALFORMED") } > 60)
            await company.engine.close()
            let database = try TestDatabase(isFile: false)
            defer { database.drop() }
            _ = try await Engine.move(
                folder: company.folder, to: database.settings, keepsOld: false, environment: company.clock.environment
            ) { _, _ in }
            let moved = try await Engine.open(folder: company.folder, environment: company.clock.environment)
            let after = await answers(queries, moved.systemSession(as: .operator, reason: "test"))
            await moved.close()
            for (query, (old, new)) in zip(queries, zip(before, after)) { #expect(old == new, "\(query)") }
        }
    }
}
