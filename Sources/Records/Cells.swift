/// The cells of one row of a result, read where they lie, without making values of them.
///
/// Valid only inside the call that hands it over. Columns count from 0.
public protocol Cells {
    func isNull(_ column: Int) -> Bool
    /// Integers, booleans (0 and 1), ids, datetimes (milliseconds), dates (days), times (milliseconds).
    func int64(_ column: Int) -> Int64
    func double(_ column: Int) -> Double
    /// The bytes of a text (UTF-8) or of a blob, where they lie; empty when NULL. Gone with the next row.
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8>
}

extension Cells {
    /// The bytes of a text (UTF-8) or of a blob. The pointer must not leave `body`.
    @inlinable
    public func withBytes<R>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        try body(bytes(column))
    }

    /// A copy of a text cell.
    public func string(_ column: Int) -> String { withBytes(column) { String(decoding: $0, as: UTF8.self) } }

    /// A copy of a cell as a value of a field's type.
    public func value(_ column: Int, as type: FieldType) -> Value {
        if isNull(column) { return .null }
        switch type {
        case .id, .reference: return .id(RecordID(rawValue: int64(column)))
        case .boolean: return .boolean(int64(column) != 0)
        case .int, .long: return .integer(int64(column))
        case .double, .currency, .percent: return .double(double(column))
        case .date: return .date(Day(daysSince1970: Int(int64(column))))
        case .datetime: return .datetime(Instant(milliseconds: int64(column)))
        case .time: return .time(TimeOfDay(milliseconds: Int(int64(column))))
        case .base64: return .bytes(withBytes(column) { Array($0) })
        default: return .text(string(column))
        }
    }
}
