import Records
import SOQL
import Store

/// Compiles queries by themselves, for the benchmark that measures it.
package struct CompileProbe: Sendable {
    private let viewer: Viewer
    private let call: PlanCache.Call
    private let plans = PlanCache()

    package init(_ session: Session) async throws {
        (viewer, call) = try await session.engine.store.read { connection in
            (try session.viewer(on: connection), session.call([:], .without, on: connection))
        }
    }

    /// From the text to the statement, with nothing kept; how many bytes that has.
    package func compile(_ soql: String) throws -> Int {
        let tree = try Query(parsing: soql, dialect: .api)
        return try QueryCompiler(call.context(viewer, text: soql)).plan(tree).statement().text.utf8.count
    }

    /// The plan that was kept, or is kept from now on.
    package func plan(_ soql: String) throws -> Bool { try plans.plan(soql, viewer, call).isLasting }
}
