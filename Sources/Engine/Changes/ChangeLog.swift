import Foundation
import Records
import Store
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Everything that was written, in the order of its transactions, each record sealed under its person's key.
///
/// The frames of a transaction are on the disk before it commits, and the transaction itself stores up to where the
/// files count. So nothing committed is missing, and what a crash or a rollback left behind the mark is cut off.
final class ChangeLog: Sendable {
    private let folder: String
    private let state: Mutex<State>
    /// Between the processes that write; nil where there is one. The database lets one write at a time, but a process whose
    /// connection was lost may not know yet that it no longer is the one.
    private let turn: FileLock?
    /// How often the file was cut back to what is committed; only by the writer's thread. Beside the state, since that
    /// is held for as long as a chunk is written ahead, and no commit should wait for it.
    private let cuts = Atomic(0)

    private struct State {
        /// Where the files end; behind the committed mark while something is written ahead.
        var mark: Mark
        var file: Int32
        /// Numbers of the shapes that the segment names, by object and fields.
        var shapes: [String: UInt16] = [:]
    }

    /// What the database says of the files.
    struct Mark: Equatable, Sendable {
        var segment: Int64
        var length: Int64
        var position: Int64
        var transaction: Int64
    }

    static let segmentBytesMax: Int64 = 64 << 20

    /// Opens the last segment and cuts off what no commit stands behind.
    ///
    /// - Parameters:
    ///   - isShared: Whether other processes may write as well.
    ///   - isAlone: Whether none does now; else what may be cut off is left to the next append.
    init(folder: String, store: any Store, isShared: Bool, isAlone: Bool) async throws {
        self.folder = folder
        turn = isShared ? try FileLock(path: folder + "/lock") : nil
        let mark = try await store.read { try Self.mark($0) }
        if isAlone { try Self.removeSegments(after: mark.segment, in: folder) }
        let file = try Self.open(folder, segment: mark.segment)
        let length = lseek(file, 0, SEEK_END)
        guard length >= mark.length, !isAlone || ftruncate(file, off_t(mark.length)) == 0 else {
            Glibc.close(file)
            throw PlatformError(
                .unknownException,
                "The change log is shorter than the database says. Restore the folder `changes` from a backup."
            )
        }
        state = Mutex(State(mark: mark, file: file))
    }

    /// Writes the changes of a transaction and flushes them; its last act before the commit.
    func append(_ changes: [Change], keys: KeyRing, at: Instant, _ connection: any Connection) throws {
        guard !changes.isEmpty else { return }
        try append(connection) { state, mark in
            var bytes: [UInt8] = []
            var (before, shape): (Change?, UInt16) = (nil, 0)
            for change in changes {
                if before?.hasSameFields(as: change) != true {
                    shape = Self.shape(of: change.object, change.fields, &state.shapes, &mark, at, &bytes)
                }
                before = change
                mark.position += 1
                let (subject, sealed) = try change.sealed(keys)
                ChangeFrame(
                    position: mark.position, at: at, transaction: mark.transaction, kind: change.kind, shape: shape,
                    record: change.record, subject: subject, body: sealed
                ).write(into: &bytes)
            }
            return [bytes]
        }
    }

    /// The same for the changes of a bulk load.
    func append(_ changes: inout FramedChanges, _ connection: any Connection) throws {
        guard changes.count > 0 else { return }
        try append(connection) { state, mark in Self.number(&changes, &state, &mark) }
    }

    /// Writes and flushes changes behind all that was written so far, before the transaction that they belong to: what a bulk load
    /// does while the chunk before is being committed. They count when ``commit(_:_:)`` says so. Nil where that cannot be:
    /// append them then.
    func writeAhead(_ changes: inout FramedChanges) throws -> WrittenAhead? {
        guard changes.count > 0, turn == nil else { return nil }
        return try state.withLock { state in
            let start = state.mark
            try write(&state) { state, mark in Self.number(&changes, &state, &mark) }
            return WrittenAhead(start: start, end: state.mark, cuts: cuts.load(ordering: .relaxed))
        }
    }

    /// Makes what was written ahead part of this transaction, as its last act before the commit.
    ///
    /// False when it lies no longer where the log goes on, since another transaction came between: append it then.
    func commit(_ written: WrittenAhead, _ connection: any Connection) throws -> Bool {
        guard written.cuts == cuts.load(ordering: .relaxed), try Self.mark(connection) == written.start else {
            return false
        }
        try Self.store(written.end, connection)
        return true
    }

    /// Changes in the file that no transaction stands behind yet.
    struct WrittenAhead: Sendable {
        fileprivate let start: Mark
        fileprivate let end: Mark
        fileprivate let cuts: Int
    }

    private func append(
        _ connection: any Connection, _ make: (inout State, inout Mark) throws -> [[UInt8]]
    ) throws {
        try state.withLock { state in
            func append() throws {
                // Read now: whoever holds the turn and can read is the one who writes.
                try settle(&state, to: try Self.mark(connection))
                try write(&state, make)
                try Self.store(state.mark, connection)
            }
            if let turn { try turn.alone(append) } else { try append() }
        }
    }

    /// Writes and flushes what `make` makes for the next transaction.
    private func write(
        _ state: inout State, _ make: (inout State, inout Mark) throws -> [[UInt8]]
    ) throws {
        if state.mark.length >= Self.segmentBytesMax { try roll(&state) }
        var mark = state.mark
        mark.transaction += 1
        do {
            for bytes in try make(&state, &mark) {
                try Self.write(bytes, to: state.file, at: mark.length)
                mark.length += Int64(bytes.count)
            }
            guard fdatasync(state.file) == 0 else { throw Self.failure("flushed") }
        } catch {
            // The file may lack what names the shapes.
            state.shapes = [:]
            throw error
        }
        state.mark = mark
    }

    /// Frames of changes with their numbers, behind the frame of their shape where the segment lacks it.
    private static func number(_ changes: inout FramedChanges, _ state: inout State, _ mark: inout Mark) -> [[UInt8]] {
        var head: [UInt8] = []
        let shape = shape(of: changes.object, changes.fields, &state.shapes, &mark, changes.at, &head)
        changes.number(after: mark.position, transaction: mark.transaction, shape: shape)
        mark.position += Int64(changes.count)
        return [head, changes.bytes]
    }

    /// Ends. Nothing is pending: every transaction flushed its own.
    func close() {
        state.withLock { state in
            if state.file >= 0 { Glibc.close(state.file) }
            state.file = -1
        }
        turn?.release()
    }

    static func mark(_ connection: any Connection) throws -> Mark {
        let mark = try connection.first(
            "SELECT segment, length, position, \"transaction\" FROM az_change_position WHERE id = 1"
        ) { Mark(segment: $0.int64(0), length: $0.int64(1), position: $0.int64(2), transaction: $0.int64(3)) }
        guard let mark else {
            throw PlatformError(.unknownException, "The database has no mark of the change log. Restore it.")
        }
        return mark
    }

    /// The path of a segment's file.
    static func path(_ folder: String, segment: Int64) -> String {
        let digits = String(segment)
        return folder + "/" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".seg"
    }

    private static func store(_ mark: Mark, _ connection: any Connection) throws {
        try connection.execute(
            """
            UPDATE az_change_position SET segment = \(.integer(mark.segment)), length = \(.integer(mark.length)), \
            position = \(.integer(mark.position)), "transaction" = \(.integer(mark.transaction)) WHERE id = 1
            """
        )
    }

    /// Goes to what is committed: back, after a transaction that was rolled back behind its append, or on, when another
    /// process has written.
    private func settle(_ state: inout State, to committed: Mark) throws {
        guard state.mark != committed else { return }
        cuts.wrappingAdd(1, ordering: .relaxed)
        if state.mark.segment != committed.segment {
            let file = try Self.open(folder, segment: committed.segment)
            Glibc.close(state.file)
            state.file = file
        }
        guard ftruncate(state.file, off_t(committed.length)) == 0 else { throw Self.failure("cut") }
        state.mark = committed
        state.shapes = [:]
    }

    private func roll(_ state: inout State) throws {
        let file = try Self.open(folder, segment: state.mark.segment + 1)
        guard ftruncate(file, 0) == 0 else { throw Self.failure("made") }
        Glibc.close(state.file)
        state.file = file
        state.mark.segment += 1
        state.mark.length = 0
        state.shapes = [:]
    }

    /// The number of a change's shape in this segment; a shape that is new there is written first.
    private static func shape(
        of object: ObjectSchema, _ fields: [Field], _ shapes: inout [String: UInt16], _ mark: inout Mark, _ at: Instant,
        _ bytes: inout [UInt8]
    ) -> UInt16 {
        let text = ([object.name] + fields.map(\.name)).joined(separator: "\n")
        if let number = shapes[text] { return number }
        // Numbers may be given anew: a shape holds until another of its number follows.
        let number = UInt16(truncatingIfNeeded: shapes.count)
        if shapes.count > Int(UInt16.max) { shapes = [:] }
        shapes[text] = number
        mark.position += 1
        ChangeFrame(
            position: mark.position, at: at, transaction: mark.transaction, kind: .shape, shape: number,
            record: RecordID(prefix: object.keyPrefix, sequence: 0), subject: nil, body: Array(text.utf8)
        ).write(into: &bytes)
        return number
    }

    private static func open(_ folder: String, segment: Int64) throws -> Int32 {
        let file = Glibc.open(path(folder, segment: segment), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("opened") }
        let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { Glibc.close(directory) }
        guard directory >= 0, fsync(directory) == 0 else {
            Glibc.close(file)
            throw failure("made")
        }
        return file
    }

    private static func write(_ bytes: [UInt8], to file: Int32, at offset: Int64) throws {
        try bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let written = pwrite(file, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw failure("written") }
                done += written
            }
        }
    }

    private static func removeSegments(after segment: Int64, in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".seg") {
            if let number = Int64(name.dropLast(4)), number > segment {
                try FileManager.default.removeItem(atPath: folder + "/" + name)
            }
        }
    }

    private static func failure(_ what: String) -> PlatformError {
        PlatformError(
            .storageLimitExceeded,
            "The change log cannot be \(what); nothing of this change was kept. Make room and repeat it.",
            detail: String(cString: strerror(errno))
        )
    }
}
