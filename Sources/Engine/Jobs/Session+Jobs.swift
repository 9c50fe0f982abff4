public import Records
import Store

extension Session {
    /// How many days the rows of an ended job are kept.
    public static let jobDays: Int64 = 7

    /// Makes a job.
    ///
    /// - Throws: `INVALID_TYPE` when there is no such object for this session; `FUNCTIONALITY_NOT_ENABLED` for a hard deletion by
    ///   somebody who may not; `INVALID_FIELD` when the field of an upsert is none that identifies.
    public func makeJob(_ new: NewBulkJob) async throws -> BulkJob {
        try await write { connection in
            let new = try self.checked(new, connection)
            let sequence = try Sequences.reserve(1, of: "bulk.job", connection)
            let id = RecordID(prefix: JobTables.jobPrefix, sequence: sequence)
            try JobTables.insert(new, id, by: self, at: self.engine.environment.now(), connection)
            return try self.ownJob(id, connection)
        }
    }

    /// Says anew what is to be done with the rows of a job that is open.
    ///
    /// - Throws: As ``makeJob(_:)``; `INVALID_STATUS` when the job is not open.
    public func changeJob(_ id: RecordID, to new: NewBulkJob) async throws -> BulkJob {
        try await write { connection in
            let new = try self.checked(new, connection)
            guard try self.ownJob(id, connection).state == .open else {
                throw PlatformError(.invalidStatus, "The job is not open any more.")
            }
            try JobTables.update(id, to: new, at: self.engine.environment.now(), connection)
            return try self.ownJob(id, connection)
        }
    }

    /// A job that this session may make, its names spelt as the schema does.
    private func checked(_ new: NewBulkJob, _ connection: any Connection) throws -> NewBulkJob {
        var new = new
        let access = try access(on: connection)
        if new.operation == .hardDelete, !access.rights.powers.contains(.deletesHard) {
            throw PlatformError(.functionalityNotEnabled, "hardDelete is not enabled for this user.")
        }
        if new.operation.isQuery && new.object.isEmpty { return new }
        guard let object = access.visible.object(new.object), !object.isInternal else {
            throw PlatformError(.invalidType, "sObject type '\(new.object)' is not supported.")
        }
        new.object = object.name
        if let name = new.externalID {
            guard let field = object.field(name), field.isExternalID || field.isIDLookup || field.type == .id else {
                throw PlatformError(
                    .invalidField,
                    "Field name provided, \(name) is not an External ID or indexed field for \(object.name)",
                    fields: [name])
            }
            new.externalID = field.name
        }
        return new
    }

    /// A job of this session's user.
    ///
    /// - Throws: `NOT_FOUND` when there is none, or it is somebody else's.
    public func job(_ id: RecordID) async throws -> BulkJob { try await read { try self.ownJob(id, $0) } }

    /// The user's jobs, the latest first.
    ///
    /// - Parameter before: Only those made before this one.
    public func jobs(_ kinds: [BulkJob.Kind], before: RecordID?, limit: Int) async throws -> [BulkJob] {
        try await read { connection in
            let names = SQL.joined(kinds.map { "\(.text($0.rawValue))" }, separator: ", ")
            let older: SQL = before.map { " AND id < \(.id($0))" } ?? ""
            return try JobTables.jobs(
                where: "\"user\" = \(.id(self.user)) AND kind IN (\(names))" + older, limit: limit, connection)
        }
    }

    /// The batches of a job, in the order in which they were handed in.
    public func batches(of job: RecordID) async throws -> [BulkBatch] {
        try await read { connection in
            _ = try self.ownJob(job, connection)
            return try JobTables.batches(where: "job = \(.id(job))", limit: 10_000, connection)
        }
    }

    /// - Throws: `NOT_FOUND` when the job has no such batch.
    public func batch(_ id: RecordID, of job: RecordID) async throws -> BulkBatch {
        try await read { connection in
            _ = try self.ownJob(job, connection)
            let found = try JobTables.batches(where: "id = \(.id(id)) AND job = \(.id(job))", limit: 1, connection)
            guard let batch = found.first else { throw Self.noSuchJob }
            return batch
        }
    }

    /// Begins to take what is sent for a batch.
    ///
    /// - Throws: `INVALID_STATUS` when the job takes none.
    public func upload(to job: RecordID) async throws -> BulkUpload {
        let sequence = try await write { connection in
            let owner = try self.ownJob(job, connection)
            guard owner.state == .open, owner.kind == .batches || owner.batches.total == 0 else {
                throw Self.takesNoBatch
            }
            return try Sequences.reserve(1, of: "bulk.batch", connection)
        }
        return try BulkUpload(
            job: job, batch: RecordID(prefix: JobTables.batchPrefix, sequence: sequence), session: self)
    }

    /// Ends the taking of batches; those that are held are carried out.
    ///
    /// - Throws: `INVALID_STATUS` when the job was aborted.
    public func closeJob(_ id: RecordID) async throws -> BulkJob {
        try await change(id, to: .closed) { job in
            job.state == .aborted ? Self.isOver : nil
        } then: {
            try JobTables.move("job = \(.id(id))", from: [.held], to: .waiting, at: $0, $1)
        }
    }

    /// Has what was not yet carried out never be.
    ///
    /// - Throws: `INVALID_STATUS` when the job has ended.
    public func abortJob(_ id: RecordID) async throws -> BulkJob {
        try await change(id, to: .aborted) { job in
            job.state == .closed && job.batches.waiting + job.batches.running == 0 && job.batches.total > 0
                ? Self.isOver : nil
        } then: {
            try JobTables.move(
                "job = \(.id(id))", from: [.held, .waiting, .running], to: .passedOver, at: $0, $1)
        }
    }

    /// Removes a job that has ended, and its rows.
    ///
    /// - Throws: `INVALID_STATUS` while it is open or being carried out.
    public func removeJob(_ id: RecordID) async throws {
        try await write { connection in
            let job = try self.ownJob(id, connection)
            guard job.hasEnded else {
                throw PlatformError(.invalidStatus, "The job has not ended. Abort it first.")
            }
            try Self.remove(id, connection)
        }
        try JobFiles(engine.folder, job: id).remove()
    }

    static func remove(_ job: RecordID, _ connection: any Connection) throws {
        try connection.execute("DELETE FROM az_job_batch WHERE job = \(.id(job))")
        try connection.execute("DELETE FROM az_job WHERE id = \(.id(job))")
    }

    func ownJob(_ id: RecordID, _ connection: any Connection) throws -> BulkJob {
        let found = try JobTables.jobs(where: "id = \(.id(id)) AND \"user\" = \(.id(user))", limit: 1, connection)
        guard let job = found.first else { throw Self.noSuchJob }
        return job
    }

    private func change(
        _ id: RecordID, to state: BulkJob.State, refusal: @escaping @Sendable (BulkJob) -> PlatformError?,
        then: @escaping @Sendable (Instant, any Connection) throws -> Void
    ) async throws -> BulkJob {
        try await write { connection in
            let job = try self.ownJob(id, connection)
            if job.state == state { return job }
            if let refusal = refusal(job) { throw refusal }
            let now = self.engine.environment.now()
            try connection.execute(
                """
                UPDATE az_job SET state = \(.text(state.rawValue)), changed = \(.datetime(now)) WHERE id = \(.id(id))
                """
            )
            try then(now, connection)
            return try self.ownJob(id, connection)
        }
    }

    static let noSuchJob = PlatformError(.notFound, "The requested resource does not exist")
    static let takesNoBatch = PlatformError(.invalidStatus, "The job is not open, or has its rows already.")
    private static let isOver = PlatformError(.invalidStatus, "The job has ended already.")
}

extension BulkJob {
    /// Whether nothing more will be done.
    public var hasEnded: Bool {
        state == .aborted || state == .closed && batches.waiting + batches.running == 0 && batches.total > 0
    }
}
