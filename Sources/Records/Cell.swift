/// A value as it lies in a ``CellBlock`` or beside one: sixteen bytes, whose text or bytes are elsewhere.
public struct Cell: Sendable {
    public enum Kind: UInt8, Sendable {
        case null, boolean, integer, double, text, date, datetime, time, id, bytes
    }

    public let kind: Kind
    /// How many bytes a text or blob has; 0 for all others.
    public let count: Int32
    /// The number itself, or where a text or blob begins in the buffer that belongs to the cell.
    public let number: Int64

    @inlinable
    public init(_ kind: Kind, _ number: Int64) {
        self.kind = kind
        self.count = 0
        self.number = number
    }

    /// A text or blob of the buffer that belongs to the cell.
    @inlinable
    public init(_ kind: Kind, start: Int, count: Int) {
        self.kind = kind
        self.count = Int32(count)
        self.number = Int64(start)
    }

    @inlinable public static var null: Cell { Cell(.null, 0) }
    @inlinable public static func boolean(_ truth: Bool) -> Cell { Cell(.boolean, truth ? 1 : 0) }

    @inlinable public var isNull: Bool { kind == .null }
    /// Whether ``number`` is a place in the buffer.
    @inlinable public var isInBuffer: Bool { kind == .text || kind == .bytes }
    /// The id of an id cell; nil for every other kind.
    @inlinable public var id: RecordID? { kind == .id ? RecordID(rawValue: number) : nil }

    /// Where the text or blob lies in its buffer.
    @inlinable public var range: Range<Int> { Int(number)..<Int(number) + Int(count) }

    /// Appends what has no room in a cell to a buffer.
    public init(_ value: Value, into buffer: inout [UInt8]) {
        switch value {
        case .null: self = .null
        case .boolean(let truth): self = .boolean(truth)
        case .integer(let number): self.init(.integer, number)
        case .double(let number): self.init(.double, Int64(bitPattern: number.bitPattern))
        case .text(let text):
            let start = buffer.count
            buffer.append(contentsOf: text.utf8)
            self.init(.text, start: start, count: buffer.count - start)
        case .date(let day): self.init(.date, Int64(day.daysSince1970))
        case .datetime(let instant): self.init(.datetime, instant.milliseconds)
        case .time(let time): self.init(.time, Int64(time.milliseconds))
        case .id(let id): self.init(.id, id.rawValue)
        case .bytes(let bytes):
            self.init(.bytes, start: buffer.count, count: bytes.count)
            buffer.append(contentsOf: bytes)
        }
    }

    /// A copy as a value.
    public func value(in buffer: [UInt8]) -> Value { buffer.withUnsafeBufferPointer { value(in: $0) } }

    /// A copy as a value.
    public func value(in buffer: UnsafeBufferPointer<UInt8>) -> Value {
        switch kind {
        case .null: .null
        case .boolean: .boolean(number != 0)
        case .integer: .integer(number)
        case .double: .double(Double(bitPattern: UInt64(bitPattern: number)))
        case .text: .text(String(decoding: buffer[range], as: UTF8.self))
        case .date: .date(Day(daysSince1970: Int(number)))
        case .datetime: .datetime(Instant(milliseconds: number))
        case .time: .time(TimeOfDay(milliseconds: Int(number)))
        case .id: .id(RecordID(rawValue: number))
        case .bytes: .bytes(Array(buffer[range]))
        }
    }
}
