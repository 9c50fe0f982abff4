import Records
import Store

/// The rows of bulk jobs and their batches.
enum JobTables {
    static let jobPrefix = prefix("750")
    static let batchPrefix = prefix("751")

    static func jobs(where condition: SQL, limit: Int, _ connection: any Connection) throws -> [BulkJob] {
        try connection.all(
            """
            SELECT id, kind, "user", application, purpose, operation, object, external_id, form, state, created, changed \
            FROM az_job WHERE \(condition) ORDER BY id DESC LIMIT \(.integer(Int64(limit)))
            """
        ) { row in
            let id = RecordID(rawValue: row.int64(0))
            guard let kind = BulkJob.Kind(rawValue: row.string(1)),
                let operation = BulkOperation(rawValue: row.string(5)),
                let state = BulkJob.State(rawValue: row.string(9))
            else { throw PlatformError(.unknownException, "The bulk job \(id) cannot be read.") }
            return (
                id: id, kind: kind, user: RecordID(rawValue: row.int64(2)), application: row.string(3),
                purpose: row.string(4), operation: operation, object: row.string(6),
                externalID: row.isNull(7) ? nil : row.string(7), form: row.string(8), state: state,
                created: Instant(milliseconds: row.int64(10)), changed: Instant(milliseconds: row.int64(11))
            )
        }.map { job in
            BulkJob(
                id: job.id, kind: job.kind, operation: job.operation, object: job.object, externalID: job.externalID,
                form: job.form, user: job.user, application: job.application, purpose: job.purpose, state: job.state,
                created: job.created, changed: job.changed, batches: try tally(of: job.id, connection))
        }
    }

    static func batches(where condition: SQL, limit: Int, _ connection: any Connection) throws -> [BulkBatch] {
        try connection.all(
            """
            SELECT id, job, state, message, form, done, failed, bytes, milliseconds, created, changed \
            FROM az_job_batch WHERE \(condition) ORDER BY id LIMIT \(.integer(Int64(limit)))
            """
        ) { row in
            let id = RecordID(rawValue: row.int64(0))
            guard let state = BulkBatch.State(rawValue: row.string(2)) else {
                throw PlatformError(.unknownException, "The batch \(id) cannot be read.")
            }
            return BulkBatch(
                id: id, job: RecordID(rawValue: row.int64(1)), state: state,
                message: row.isNull(3) ? nil : row.string(3), form: row.string(4), rows: Int(row.int64(5)),
                rowsFailed: Int(row.int64(6)), milliseconds: Int(row.int64(8)),
                created: Instant(milliseconds: row.int64(9)), changed: Instant(milliseconds: row.int64(10)),
                bytes: Int(row.int64(7)))
        }
    }

    static func insert(
        _ job: NewBulkJob, _ id: RecordID, by session: Session, at now: Instant, _ connection: any Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO az_job (id, kind, "user", application, purpose, operation, object, external_id, form, state, \
            created, changed) VALUES (\(.id(id)), \(.text(job.kind.rawValue)), \(.id(session.user)), \
            \(.text(session.application)), \(.text(session.purpose)), \(.text(job.operation.rawValue)), \
            \(.text(job.object)), \(job.externalID.map { .text($0) } ?? .null), \(.text(job.form)), \
            \(.text(BulkJob.State.open.rawValue)), \(.datetime(now)), \(.datetime(now)))
            """
        )
    }

    static func update(_ id: RecordID, to job: NewBulkJob, at now: Instant, _ connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE az_job SET operation = \(.text(job.operation.rawValue)), object = \(.text(job.object)), \
            external_id = \(job.externalID.map { .text($0) } ?? .null), form = \(.text(job.form)), \
            changed = \(.datetime(now)) WHERE id = \(.id(id))
            """
        )
    }

    static func insertBatch(
        _ id: RecordID, of job: RecordID, _ state: BulkBatch.State, form: String, at now: Instant,
        _ connection: any Connection
    ) throws {
        try connection.execute(
            """
            INSERT INTO az_job_batch (id, job, state, form, done, failed, bytes, milliseconds, created, changed) \
            VALUES (\(.id(id)), \(.id(job)), \(.text(state.rawValue)), \(.text(form)), 0, 0, 0, 0, \(.datetime(now)), \
            \(.datetime(now)))
            """
        )
        try touch(job, at: now, connection)
    }

    static func touch(_ job: RecordID, at now: Instant, _ connection: any Connection) throws {
        try connection.execute("UPDATE az_job SET changed = \(.datetime(now)) WHERE id = \(.id(job))")
    }

    /// Moves batches of a job from one of some states to another.
    static func move(
        _ condition: SQL, from states: [BulkBatch.State], to state: BulkBatch.State, at now: Instant,
        _ connection: any Connection
    ) throws {
        let old = SQL.joined(states.map { "\(.text($0.rawValue))" }, separator: ", ")
        try connection.execute(
            """
            UPDATE az_job_batch SET state = \(.text(state.rawValue)), changed = \(.datetime(now)) \
            WHERE \(condition) AND state IN (\(old))
            """
        )
    }

    /// Ends a job for which more cannot be done. One that has ended stays as it is.
    static func abort(_ job: RecordID, at now: Instant, _ connection: any Connection) throws {
        let open = BulkBatch.State.self
        let left = try connection.first(
            """
            SELECT count(*) FROM az_job_batch WHERE job = \(.id(job)) AND state IN \
            (\(.text(open.held.rawValue)), \(.text(open.waiting.rawValue)), \(.text(open.running.rawValue)))
            """
        ) { $0.int64(0) }
        guard left != 0 else { return }
        try connection.execute(
            """
            UPDATE az_job SET state = \(.text(BulkJob.State.aborted.rawValue)), changed = \(.datetime(now)) \
            WHERE id = \(.id(job))
            """
        )
        try move("job = \(.id(job))", from: [.held, .waiting, .running], to: .passedOver, at: now, connection)
    }

    private static func tally(of job: RecordID, _ connection: any Connection) throws -> BulkTally {
        var tally = BulkTally()
        try connection.rows(
            """
            SELECT state, count(*), coalesce(CAST(sum(done) AS INTEGER), 0), coalesce(CAST(sum(failed) AS INTEGER), 0), \
            coalesce(CAST(sum(milliseconds) AS INTEGER), 0), max(message) \
            FROM az_job_batch WHERE job = \(.id(job)) GROUP BY state
            """
        ) { row in
            let count = Int(row.int64(1))
            switch BulkBatch.State(rawValue: row.string(0)) {
            case .waiting: tally.waiting = count
            case .running: tally.running = count
            case .completed: tally.completed = count
            case .failed:
                tally.failed = count
                tally.message = row.isNull(5) ? nil : row.string(5)
            default: break
            }
            tally.total += count
            tally.rows += Int(row.int64(2))
            tally.rowsFailed += Int(row.int64(3))
            tally.milliseconds += Int(row.int64(4))
            return true
        }
        return tally
    }

    private static func prefix(_ text: String) -> KeyPrefix {
        guard let prefix = KeyPrefix(text) else { preconditionFailure("a key prefix has three letters or digits") }
        return prefix
    }
}
