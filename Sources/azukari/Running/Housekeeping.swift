import Engine
import Logging
import ServiceLifecycle

/// What a server does by itself from hour to hour: it destroys what has been in the bin, and what deleted fields have held,
/// for as long as they are kept, and packs the search index.
struct Housekeeping: Service {
    let engine: Engine
    let logger: Logger

    private static let pause: Duration = .seconds(3600)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await tidy()
                do {
                    try await Task.sleep(for: Self.pause)
                } catch {
                    return
                }
            }
        }
    }

    /// What fails once is tried again in an hour; the server goes on.
    private func tidy() async {
        let session = engine.systemSession(as: .jobs, reason: "the days in the bin are over")
        do {
            let records = try await session.purgeExpired()
            let fields = try await session.purgeExpiredFields()
            try await engine.compactSearch()
            if records + fields.count > 0 {
                logger.notice(
                    "destroyed after \(Engine.binDays) days",
                    metadata: ["deletions": "\(records)", "fields": "\(fields.count)"])
            }
        } catch is CancellationError {
            return
        } catch {
            logger.error("tidying failed, to be tried again in an hour", metadata: ["reason": "\(error)"])
        }
    }
}
