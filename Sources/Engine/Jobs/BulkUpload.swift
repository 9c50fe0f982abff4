import Glibc
public import Records
import Store

/// What is sent for a batch, on its way to the disk. It counts when ``finish(_:form:)`` has returned.
public final class BulkUpload: Sendable {
    public let batch: RecordID
    private let job: RecordID
    private let session: Session
    private let file: JobFile
    private let path: String

    init(job: RecordID, batch: RecordID, session: Session) throws {
        self.job = job
        self.batch = batch
        self.session = session
        let files = JobFiles(session.engine.folder, job: job)
        try files.make()
        path = files.sent(batch)
        file = try JobFile(path: path, length: 0)
    }

    /// Adds bytes behind `offset` others.
    public func write(_ bytes: some Sequence<UInt8>, at offset: Int) throws {
        let done: Void? = try bytes.withContiguousStorageIfAvailable {
            try file.write(UnsafeRawBufferPointer($0), at: offset)
        }
        if done == nil { try Array(bytes).withUnsafeBytes { try file.write($0, at: offset) } }
    }

    /// Nothing more is sent, and nothing of it is kept.
    public func cancel() { unlink(path) }

    /// Makes the batch, when its job still takes one.
    ///
    /// - Parameters:
    ///   - waits: Whether it is carried out as soon as its turn comes; else when its job is closed.
    ///   - form: What the interface keeps with it.
    /// - Throws: `INVALID_STATUS` when the job takes none.
    public func finish(waits: Bool, form: String = "") async throws -> BulkBatch {
        do {
            try file.flush()
            return try await session.write { [session, job, batch] connection in
                let now = session.engine.environment.now()
                let owner = try session.ownJob(job, connection)
                guard owner.state == .open, owner.kind == .batches || owner.batches.total == 0 else {
                    throw Session.takesNoBatch
                }
                try JobTables.insertBatch(
                    batch, of: job, waits ? .waiting : .held, form: form, at: now, connection)
                return try JobTables.batches(where: "id = \(.id(batch))", limit: 1, connection)[0]
            }
        } catch {
            cancel()
            throw error
        }
    }
}
