import CSQLite
import Records

/// A compiled statement of one connection, with the memory of its bindings.
///
/// Texts are copied into one buffer of the statement's own, kept between runs: a tenth of the cost of SQLite's copies.
final class SQLiteStatement: Bindings {
    let handle: OpaquePointer
    /// Handed out, so that a second use of the same text at the same time needs a statement of its own.
    var isLent = false
    /// The connection's count of uses at the last one.
    var lastUse = 0

    private let database: OpaquePointer
    private let parameters: Int
    private var buffer: UnsafeMutableRawBufferPointer
    private var used = 0
    /// Texts and blobs of this run, bound when all have been written since the buffer may move until then.
    private var pending: [(place: Int32, offset: Int, count: Int, isText: Bool)] = []

    /// A buffer larger than this is not kept after the run.
    private static let keptBytesMax = 1 << 20

    init(_ handle: OpaquePointer, _ database: OpaquePointer) {
        self.handle = handle
        self.database = database
        parameters = Int(sqlite3_bind_parameter_count(handle))
        buffer = .allocate(byteCount: 64, alignment: 1)
    }

    deinit { buffer.deallocate() }

    /// Ends it, on the connection's thread. It must not be used afterwards.
    func finalize() { sqlite3_finalize(handle) }

    func bind(_ values: [Value]) throws {
        precondition(values.count == parameters, "a statement has as many bindings as question marks")
        for place in values.indices {
            switch values[place] {
            case .null: setNull(at: place)
            case .boolean(let truth): set(Int64(truth ? 1 : 0), at: place)
            case .integer(let number): set(number, at: place)
            case .double(let number): set(double: number, at: place)
            case .text(let text): set(text, at: place)
            case .date(let day): set(Int64(day.daysSince1970), at: place)
            case .datetime(let instant): set(instant.milliseconds, at: place)
            case .time(let time): set(Int64(time.milliseconds), at: place)
            case .id(let id): set(id.rawValue, at: place)
            case .bytes(let bytes): bytes.withUnsafeBufferPointer { set(bytes: $0, isText: false, at: place) }
            }
        }
        try bindPending()
    }

    /// Binds what `body` sets; what it leaves out is NULL.
    func bind(_ body: (any Bindings) throws -> Void) throws {
        sqlite3_clear_bindings(handle)
        try body(self)
        try bindPending()
    }

    func setNull(at place: Int) { sqlite3_bind_null(handle, Int32(place + 1)) }

    func set(_ number: Int64, at place: Int) { sqlite3_bind_int64(handle, Int32(place + 1), number) }

    func set(double number: Double, at place: Int) { sqlite3_bind_double(handle, Int32(place + 1), number) }

    func set(text bytes: UnsafeBufferPointer<UInt8>, at place: Int) { set(bytes: bytes, isText: true, at: place) }

    func set(bytes: UnsafeBufferPointer<UInt8>, at place: Int) { set(bytes: bytes, isText: false, at: place) }

    /// Whether there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = SQLiteError.last(database, doing: String(cString: sqlite3_sql(handle)))
            reset()
            throw error
        }
    }

    /// Ready for the next run.
    func reset() {
        sqlite3_reset(handle)
        used = 0
        pending.removeAll(keepingCapacity: true)
        if buffer.count > Self.keptBytesMax {
            sqlite3_clear_bindings(handle)
            buffer.deallocate()
            buffer = .allocate(byteCount: 64, alignment: 1)
        }
    }

    private func set(_ text: String, at place: Int) {
        let copied: Void? = text.utf8.withContiguousStorageIfAvailable { set(bytes: $0, isText: true, at: place) }
        if copied == nil { Array(text.utf8).withUnsafeBufferPointer { set(bytes: $0, isText: true, at: place) } }
    }

    private func set(bytes: UnsafeBufferPointer<UInt8>, isText: Bool, at place: Int) {
        if used + bytes.count > buffer.count { grow(to: used + bytes.count) }
        if let start = bytes.baseAddress, let to = buffer.baseAddress {
            (to + used).copyMemory(from: start, byteCount: bytes.count)
        }
        pending.append((Int32(place + 1), used, bytes.count, isText))
        used += bytes.count
    }

    private func grow(to count: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, buffer.count * 2), alignment: 1)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<used]))
        buffer.deallocate()
        buffer = larger
    }

    private func bindPending() throws {
        guard let start = UnsafeRawPointer(buffer.baseAddress) else { return }
        for text in pending {
            // No destructor (SQLITE_STATIC): the buffer stays as it is until the next reset.
            let (bytes, count) = (start + text.offset, Int32(text.count))
            let code =
                text.isText
                ? sqlite3_bind_text(handle, text.place, bytes.assumingMemoryBound(to: CChar.self), count, nil)
                : sqlite3_bind_blob(handle, text.place, bytes, count, nil)
            if code != SQLITE_OK {
                reset()
                throw SQLiteError.last(database, doing: "binding a value")
            }
        }
        pending.removeAll(keepingCapacity: true)
    }
}
