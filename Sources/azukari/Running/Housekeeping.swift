import Engine
import Logging
import ServiceLifecycle

/// What a server does by itself. From minute to minute it goes on with what another process was doing when it was killed;
/// from hour to hour it destroys what has been in the bin, and what deleted fields have held, for as long as they are kept,
/// and packs the search index.
struct Housekeeping: Service {
    let engine: Engine
    let logger: Logger

    private static let pause: Duration = .seconds(60)
    private static let pausesBetween = 60

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var pauses = 0
            while !Task.isCancelled {
                if pauses % Self.pausesBetween == 0 { await tidy() }
                do {
                    try await Task.sleep(for: Self.pause)
                } catch {
                    return
                }
                pauses += 1
                await resume()
            }
        }
    }

    private func resume() async {
        do { try await engine.resume() } catch is CancellationError { return } catch {
            logger.error("an act could not be ended, to be tried again", metadata: ["reason": "\(error)"])
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
