public import Records
import Store

extension Session {
    /// Moves records into the bin, with the children that cannot be without them; lookups of others are emptied.
    ///
    /// - Parameter precondition: Records of which it is not so are refused (`PRECONDITION_FAILED`).
    /// - Returns: An outcome for each id, in their order.
    public func delete(
        _ ids: [RecordID], onFailure: OnFailure, precondition: Precondition? = nil
    ) async throws -> [Outcome] {
        try await each(ids, onFailure) { try WriteSteps.delete($0, precondition: precondition, $1) }
    }

    /// Brings records back from the bin, with everything that went there together with them.
    public func undelete(_ ids: [RecordID], onFailure: OnFailure) async throws -> [Outcome] {
        try await each(ids, onFailure, WriteSteps.undelete)
    }

    /// Destroys records for good, with what is deleted along; records in the bin or not.
    public func purge(_ ids: [RecordID], onFailure: OnFailure) async throws -> [Outcome] {
        try await each(ids, onFailure, WriteSteps.purge)
    }

    /// Destroys what has been in the bin for longer than ``Engine/binDays``.
    ///
    /// - Returns: How many deletions were made final.
    public func purgeExpired() async throws -> Int {
        let limit = engine.environment.now().adding(seconds: -Engine.binDays * 86_400)
        var count = 0
        while true {
            let expired = try await read { connection in
                try connection.all(
                    "SELECT DISTINCT batch FROM az_bin WHERE at < \(.datetime(limit)) ORDER BY batch LIMIT 200"
                ) { RecordID(rawValue: $0.int64(0)) }
            }
            if expired.isEmpty { return count }
            let outcomes = try await purge(expired, onFailure: .keepGoing)
            let done = outcomes.filter { !$0.isRefused }.count
            if done == 0 { throw outcomes.lazy.flatMap(\.errors).first ?? PlatformError(.deleteFailed, "") }
            count += done
        }
    }

    /// Does the same with each record; what is refused for one leaves nothing of it and the others alone.
    private func each(
        _ ids: [RecordID], _ onFailure: OnFailure,
        _ step: @escaping @Sendable (RecordID, WriteTransaction) throws -> Void
    ) async throws -> [Outcome] {
        try await commit(ids.count, onFailure, likely: [], changed: ids) { transaction in
            try ids.enumerated().map { place, id in
                do {
                    try transaction.savepoint { try step(id, transaction) }
                    return (place, .done(id: id, isCreated: false))
                } catch let error as PlatformError where error.detail == nil {
                    return (place, .refused([error]))
                }
            }
        }
    }
}

extension Engine {
    /// How long deleted records stay in the bin.
    public static let binDays: Int64 = 15
}
