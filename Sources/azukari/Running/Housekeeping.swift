import Engine
import Identity
import Logging
import ServiceLifecycle

/// What a server does by itself. From minute to minute it goes on with what another process was doing when it was killed, makes
/// event log files of hours that are over, and brings encrypted fields to the form that was chosen;
/// from hour to hour it destroys what has been in the bin, what deleted fields have held and the rows of bulk jobs, for as long as
/// they are kept, removes sign-ins that are over, and packs the search index.
struct Housekeeping: Service {
    let engine: Engine
    let identity: Identity
    let logger: Logger

    private static let pause: Duration = .seconds(60)
    private static let pausesBetween = 60

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var pauses = 0
            while !Task.isCancelled {
                if pauses % Self.pausesBetween == 0 {
                    await report { try await engine.onceAtATime("housekeeping", tidy) }
                }
                await report {
                    try await engine.onceAtATime("events") { try await engine.closeEvents() }
                }
                await report {
                    try await engine.onceAtATime("encryption") { try await engine.settleSealing() }
                }
                do {
                    try await Task.sleep(for: Self.pause)
                } catch {
                    return
                }
                pauses += 1
                await report(engine.resume)
            }
        }
    }

    private func tidy() async throws {
        let session = engine.systemSession(as: .jobs, reason: "the days in the bin are over")
        let records = try await session.purgeExpired()
        let fields = try await session.purgeExpiredFields()
        try await engine.compactSearch()
        _ = try await engine.removeExpiredJobs()
        try await identity.tidy()
        if records + fields.count > 0 {
            logger.notice(
                "destroyed after \(Engine.binDays) days",
                metadata: ["deletions": "\(records)", "fields": "\(fields.count)"])
        }
    }

    /// What fails is tried again at its next turn; the server goes on.
    private func report(_ work: () async throws -> Void) async {
        do { try await work() } catch is CancellationError { return } catch {
            logger.error("housekeeping failed, to be tried again", metadata: ["reason": "\(error)"])
        }
    }
}
