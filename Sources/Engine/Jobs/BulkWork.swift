public import Records
import Store

/// A batch that is being carried out, by nobody else.
public final class BulkWork: Sendable {
    public let job: BulkJob
    public let batch: BulkBatch
    /// As whom it is carried out.
    public let session: Session
    private let engine: Engine
    private let hold: DeedHold
    private let began: Instant

    init(job: BulkJob, batch: BulkBatch, engine: Engine, hold: DeedHold) async throws {
        self.job = job
        self.batch = batch
        self.engine = engine
        self.hold = hold
        began = engine.environment.now()
        session = try await engine.session(for: job.user, application: job.application, purpose: job.purpose)
    }

    /// What was sent.
    public func sent() throws -> JobBytes { try JobBytes(path: files.sent(batch.id)) }

    /// Writes down what comes of each row, in the transaction that writes it: the session's writes are part of the batch.
    public func recorder() throws -> OutcomeRecorder {
        OutcomeRecorder(
            batch: batch.id, rows: batch.rows, file: try JobFile(path: files.made(batch.id), length: batch.bytes),
            engine: engine)
    }

    /// Where the rows of a query go. They count when the batch has ended.
    public func result() throws -> BulkResult {
        BulkResult(
            rows: try JobFile(path: files.made(batch.id), length: 0),
            places: try JobFile(path: files.places(batch.id), length: 0))
    }

    /// Adds a batch that stands for a part of this one, which is passed over itself.
    public func add(sent bytes: [UInt8], form: String) async throws {
        let sequence = try await engine.store.write { try Sequences.reserve(1, of: "bulk.batch", $0) }
        let id = RecordID(prefix: JobTables.batchPrefix, sequence: sequence)
        let file = try JobFile(path: files.sent(id), length: 0)
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        try file.flush()
        try await engine.store.write { [engine, job] connection in
            try JobTables.insertBatch(
                id, of: job.id, .waiting, form: form, at: engine.environment.now(), connection)
        }
    }

    /// The batch has ended.
    ///
    /// - Parameters:
    ///   - result: What a query has found.
    ///   - message: Why it failed.
    public func end(_ state: BulkBatch.State, message: String? = nil, result: BulkResult.End? = nil) async throws {
        let ended = try await engine.store.write { [engine, batch, job, began] connection in
            let now = engine.environment.now()
            let found: SQL =
                result.map { ", done = \(.integer(Int64($0.rows))), bytes = \(.integer(Int64($0.bytes)))" } ?? ""
            try connection.execute(
                """
                UPDATE az_job_batch SET state = \(.text(state.rawValue)), \
                message = \(message.map { .text(String($0.prefix(1_000))) } ?? .null), \
                milliseconds = milliseconds + \(.integer(max(0, now.milliseconds - began.milliseconds))), \
                changed = \(.datetime(now))\(found) \
                WHERE id = \(.id(batch.id)) AND state = \(.text(BulkBatch.State.running.rawValue))
                """
            )
            try JobTables.touch(job.id, at: now, connection)
            return try JobTables.batches(where: "id = \(.id(batch.id))", limit: 1, connection).first
        }
        if let ended { engine.record(event(of: ended)) }
        hold.end()
    }

    private func event(of ended: BulkBatch) -> MonitoredEvent {
        var event = MonitoredEvent(job.kind == .batches ? .bulkAPI : .bulkAPI2, at: engine.environment.now())
        event.user = job.user
        event.application = job.application
        event.purpose = job.purpose
        event.job = job.id
        event.batch = batch.id
        event.operation = job.operation.rawValue
        event.object = job.object
        event.rows = ended.rows
        event.failures = ended.rowsFailed
        event.milliseconds = Int64(ended.milliseconds)
        event.outcome = ended.state == .completed ? "true" : "false"
        return event
    }

    /// The batch is left as it is, to be taken up again by whoever comes.
    public func leave() { hold.end() }

    private var files: JobFiles { JobFiles(engine.folder, job: job.id) }
}

/// The rows of a query on their way to the disk.
public final class BulkResult: Sendable {
    private let rows: JobFile
    private let places: JobFile

    /// How much there is of it.
    public struct End: Sendable {
        public let rows: Int
        public let bytes: Int

        public init(rows: Int, bytes: Int) {
            self.rows = rows
            self.bytes = bytes
        }
    }

    init(rows: JobFile, places: JobFile) {
        self.rows = rows
        self.places = places
    }

    /// Adds bytes behind `end`.
    ///
    /// - Parameter begins: Where rows begin, in the whole file.
    public func write(_ bytes: [UInt8], begins: [Int64], behind end: End) throws -> End {
        try bytes.withUnsafeBytes { try rows.write($0, at: end.bytes) }
        try begins.withUnsafeBytes { try places.write($0, at: end.rows * 8) }
        return End(rows: end.rows + begins.count, bytes: end.bytes + bytes.count)
    }

    public func flush() throws {
        try rows.flush()
        try places.flush()
    }
}

extension Engine {
    /// The batch whose turn it is; nil when there is nothing to do. The batches of one user are carried out one by one, in their
    /// order, by whatever process.
    ///
    /// - Parameter queries: Whether it is to be a query, or rows that are written.
    public func takeWork(queries: Bool) async throws -> BulkWork? {
        // The first of each user's: somebody with thousands does not stand before the others.
        let candidates = try await store.read { connection in
            try connection.all(
                """
                SELECT b.id, b.job, j."user" FROM az_job_batch b JOIN az_job j ON j.id = b.job WHERE b.id IN \
                (SELECT min(w.id) FROM az_job_batch w JOIN az_job o ON o.id = w.job \
                WHERE w.state IN ('waiting', 'running') \
                AND (o.operation IN ('query', 'queryAll')) = \(queries ? "TRUE" as SQL : "FALSE") GROUP BY o."user") \
                ORDER BY b.id LIMIT 500
                """
            ) { row in
                (batch: RecordID(rawValue: row.int64(0)), job: RecordID(rawValue: row.int64(1)), user: row.int64(2))
            }
        }
        for (batch, job, user) in candidates {
            let name = "\(RecordID(rawValue: user))-\(queries ? "query" : "ingest")"
            guard let hold = try? DeedHold(path: "\(folder.jobs)/\(name).lock") else { continue }
            do {
                if let work = try await take(batch, of: job, hold) { return work }
                hold.end()
            } catch {
                hold.end()
                throw error
            }
        }
        return nil
    }

    private func take(_ batch: RecordID, of job: RecordID, _ hold: DeedHold) async throws -> BulkWork? {
        let found = try await store.write { connection -> (BulkJob, BulkBatch)? in
            // Somebody may have carried it out between the look and the hold.
            try JobTables.move(
                "id = \(.id(batch))", from: [.waiting], to: .running, at: self.environment.now(), connection)
            let batches = try JobTables.batches(
                where: "id = \(.id(batch)) AND state = 'running'", limit: 1, connection)
            let jobs = try JobTables.jobs(where: "id = \(.id(job))", limit: 1, connection)
            guard let batch = batches.first, let job = jobs.first else { return nil }
            return (job, batch)
        }
        guard let (job, batch) = found else { return nil }
        do {
            return try await BulkWork(job: job, batch: batch, engine: self, hold: hold)
        } catch let error as PlatformError where error.code == .invalidLogin {
            try await store.write { connection in
                try connection.execute(
                    """
                    UPDATE az_job_batch SET state = 'failed', message = 'InvalidUser : the user is not active' \
                    WHERE id = \(.id(batch.id))
                    """
                )
            }
            return nil
        }
    }

    /// Removes jobs that nobody has touched for ``Session/jobDays``, and files that no job stands behind.
    ///
    /// - Returns: How many.
    public func removeExpiredJobs() async throws -> Int {
        let limit = environment.now().adding(seconds: -Session.jobDays * 86_400)
        let expired = try await store.write { connection in
            let jobs = try connection.all("SELECT id FROM az_job WHERE changed < \(.datetime(limit))") {
                RecordID(rawValue: $0.int64(0))
            }
            for job in jobs { try Session.remove(job, connection) }
            return jobs
        }
        for job in expired { try JobFiles(folder, job: job).remove() }
        return expired.count
    }
}
