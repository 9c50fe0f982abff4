import API
import ServiceLifecycle

/// Carries out bulk jobs while the server runs.
struct BulkService: Service {
    let runner: BulkRunner

    func run() async throws { await cancelWhenGracefulShutdown { await runner.run() } }
}
