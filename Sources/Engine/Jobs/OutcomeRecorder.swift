public import Records
import Store
import Synchronization

/// Keeps what came of each row of a batch, in the transaction that wrote it: a row is neither written without its outcome nor
/// twice, whenever the process dies.
///
/// The outcomes lie in a file; the transaction stores up to where it counts.
public final class OutcomeRecorder: Sendable {
    private let batch: RecordID
    private let file: JobFile
    private let engine: Engine
    /// Where the batch stood when it was last written to, and behind what that wrote. Anything else was somebody else's.
    private let stood: Mutex<(before: Int, behind: Int)>
    /// Rows that could not be handed to the door.
    private let faulty = Mutex<[(row: Int, errors: [PlatformError])]>([])

    init(batch: RecordID, rows: Int, file: JobFile, engine: Engine) {
        self.batch = batch
        stood = Mutex((rows, rows))
        self.file = file
        self.engine = engine
    }

    /// A session whose writes are rows of the batch, in the order in which they were sent.
    public func session(of session: Session) -> Session { Session(session, recorder: self) }

    /// Notes a row that is not handed to the door.
    ///
    /// - Parameter row: Its place among all rows of the batch, from 0.
    public func refuse(_ row: Int, _ errors: [PlatformError]) {
        faulty.withLock { $0.append((row, errors)) }
    }

    /// Notes the rows that were refused behind the last that the door got.
    public func finish() async throws {
        try await engine.store.write { try self.append([], isLast: true, $0) }
    }

    /// The last act but one of a transaction.
    func append(_ outcomes: [Outcome], isLast: Bool = false, _ connection: any Connection) throws {
        if outcomes.isEmpty, !isLast { return }
        let mark = try connection.first(
            """
            SELECT done, failed, bytes FROM az_job_batch \
            WHERE id = \(.id(batch)) AND state = \(.text(BulkBatch.State.running.rawValue))
            """
        ) { (done: Int($0.int64(0)), failed: Int($0.int64(1)), bytes: Int($0.int64(2))) }
        // Aborted: what is in hand is undone, and the rest never done.
        guard let mark, stood.withLock({ mark.done == $0.before || mark.done == $0.behind }) else {
            throw BatchStopped()
        }
        var (row, failed) = (mark.done, mark.failed)
        var writer = OutcomeWriter()
        func add(_ outcome: Outcome) {
            if outcome.isRefused { failed += 1 }
            writer.add(outcome)
            row += 1
        }
        // A transaction that was undone comes again: what was told of is not forgotten before its rows count.
        let refused = faulty.withLock { faulty in
            faulty.removeAll { $0.row < mark.done }
            return faulty.sorted { $0.row < $1.row }
        }
        var next = refused.startIndex
        func addRefused() {
            while next < refused.endIndex, refused[next].row == row {
                add(.refused(refused[next].errors))
                next += 1
            }
        }
        for outcome in outcomes {
            addRefused()
            add(outcome)
        }
        if isLast { addRefused() }
        if row == mark.done { return }
        stood.withLock { $0 = (mark.done, row) }
        try writer.bytes.withUnsafeBytes { try file.write($0, at: mark.bytes) }
        try file.flush()
        try connection.execute(
            """
            UPDATE az_job_batch SET done = \(.integer(Int64(row))), failed = \(.integer(Int64(failed))), \
            bytes = \(.integer(Int64(mark.bytes + writer.bytes.count))), \
            changed = \(.datetime(engine.environment.now())) WHERE id = \(.id(batch))
            """
        )
    }
}

/// The batch is not to be carried out any more.
public struct BatchStopped: Error {}

/// Outcomes as bytes.
struct OutcomeWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ outcome: Outcome) {
        switch outcome {
        case .done(let id, let isCreated):
            bytes.append(isCreated ? 2 : 1)
            number(id.rawValue)
        case .refused(let errors):
            bytes.append(0)
            number(Int64(errors.count))
            for error in errors {
                text(error.code.name)
                text(error.message)
                number(Int64(error.fields.count))
                for field in error.fields { text(field) }
            }
        }
    }

    private mutating func text(_ text: String) {
        let text = Array(text.utf8)
        number(Int64(text.count))
        bytes += text
    }

    private mutating func number(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
}

/// What came of the rows of a batch, one after the other in the order in which they were sent.
public struct BulkOutcomes: Sendable {
    /// One row's.
    public enum Row: Sendable {
        case done(id: RecordID, isCreated: Bool)
        case refused([Refusal])
    }

    public struct Refusal: Sendable {
        /// Such as `REQUIRED_FIELD_MISSING`.
        public let code: String
        public let message: String
        public let fields: [String]
    }

    private let source: JobBytes
    private var buffer: [UInt8] = []
    private var place = 0
    private var offset = 0

    init(_ source: JobBytes) { self.source = source }

    /// The next row's; nil behind the last that is known.
    public mutating func next() throws -> Row? {
        guard try fill(1) else { return nil }
        let kind = try take(1).first
        if kind != 0 { return .done(id: RecordID(rawValue: try number()), isCreated: kind == 2) }
        var refusals: [Refusal] = []
        for _ in 0..<(try number()) {
            let (code, message) = (try text(), try text())
            var fields: [String] = []
            for _ in 0..<(try number()) { fields.append(try text()) }
            refusals.append(Refusal(code: code, message: message, fields: fields))
        }
        return .refused(refusals)
    }

    private mutating func text() throws -> String { String(decoding: try take(Int(try number())), as: UTF8.self) }

    private mutating func number() throws -> Int64 {
        try take(8).enumerated().reduce(0) { $0 | Int64($1.element) << (8 * Int64($1.offset)) }
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard try fill(count) else {
            throw PlatformError(.unknownException, "The outcomes of this batch cannot be read.")
        }
        defer { place += count }
        return buffer[place..<place + count]
    }

    /// Whether so many bytes are there.
    private mutating func fill(_ count: Int) throws -> Bool {
        if buffer.count - place >= count { return true }
        let more = try source.read(from: offset, upTo: max(1 << 18, count))
        buffer = Array(buffer[place...]) + more
        place = 0
        offset += more.count
        return buffer.count >= count
    }
}

extension Session {
    /// What was sent for a batch of this user's.
    ///
    /// - Throws: `NOT_FOUND` when it is somebody else's, or there no more.
    public func sent(_ batch: BulkBatch) async throws -> JobBytes {
        _ = try await job(batch.job)
        return try JobBytes(path: JobFiles(engine.folder, job: batch.job).sent(batch.id))
    }

    /// What came of the rows of a batch so far.
    public func outcomes(_ batch: BulkBatch) async throws -> BulkOutcomes {
        _ = try await job(batch.job)
        if batch.bytes == 0 { return BulkOutcomes(try JobBytes(path: "/dev/null", count: 0)) }
        return BulkOutcomes(
            try JobBytes(path: JobFiles(engine.folder, job: batch.job).made(batch.id), count: batch.bytes))
    }

    /// The rows that a query has found, in the form in which it was to write them.
    public func rows(_ batch: BulkBatch) async throws -> JobBytes {
        _ = try await job(batch.job)
        return try JobBytes(path: JobFiles(engine.folder, job: batch.job).made(batch.id), count: batch.bytes)
    }

    /// Where a row of a query begins in its ``rows(_:)``; behind the last, where they end.
    public func place(ofRow row: Int, _ batch: BulkBatch) async throws -> Int {
        guard row < batch.rows else { return batch.bytes }
        let bytes = try JobBytes(path: JobFiles(engine.folder, job: batch.job).places(batch.id))
            .read(from: row * 8, upTo: 8)
        guard bytes.count == 8 else {
            throw PlatformError(.unknownException, "The result of this query cannot be read.")
        }
        return Int(bytes.enumerated().reduce(Int64(0)) { $0 | Int64($1.element) << (8 * Int64($1.offset)) })
    }
}
