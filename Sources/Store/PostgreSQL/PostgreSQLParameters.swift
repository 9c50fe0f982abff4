import CPostgreSQL
import Records

/// The values of one run of a statement, in the binary form of the protocol, with their types.
final class PostgreSQLParameters: Bindings {
    private(set) var types: [Oid]
    private var places: [(offset: Int, count: Int)]
    private var buffer: [UInt8] = []
    /// In ``places``: no value.
    private static let null = -1

    /// All NULL.
    init(count: Int) {
        // An unknown type is what the server concludes from where the value stands: text of one kind or another.
        types = Array(repeating: 0, count: count)
        places = Array(repeating: (0, Self.null), count: count)
    }

    convenience init(_ values: [Value]) {
        self.init(count: values.count)
        for (place, value) in values.enumerated() {
            switch value {
            case .null: break
            case .boolean(let truth): set(truth ? 1 : 0, at: place)
            case .integer(let number): set(number, at: place)
            case .double(let number): set(double: number, at: place)
            case .text(var text): text.withUTF8 { set(text: $0, at: place) }
            case .date(let day): set(Int64(day.daysSince1970), at: place)
            case .datetime(let instant): set(instant.milliseconds, at: place)
            case .time(let time): set(Int64(time.milliseconds), at: place)
            case .id(let id): set(id.rawValue, at: place)
            case .bytes(let bytes): bytes.withUnsafeBufferPointer { set(bytes: $0, at: place) }
            }
        }
    }

    var count: Int { types.count }

    func isNull(_ place: Int) -> Bool { places[place].count == Self.null }

    func set(_ number: Int64, at place: Int) {
        types[place] = PostgreSQLType.int8
        withUnsafeBytes(of: number.bigEndian) { add($0, at: place) }
    }

    func set(double number: Double, at place: Int) {
        types[place] = PostgreSQLType.float8
        withUnsafeBytes(of: number.bitPattern.bigEndian) { add($0, at: place) }
    }

    func set(text bytes: UnsafeBufferPointer<UInt8>, at place: Int) {
        types[place] = 0
        add(UnsafeRawBufferPointer(bytes), at: place)
    }

    func set(bytes: UnsafeBufferPointer<UInt8>, at place: Int) {
        types[place] = PostgreSQLType.bytea
        add(UnsafeRawBufferPointer(bytes), at: place)
    }

    private func add(_ bytes: UnsafeRawBufferPointer, at place: Int) {
        places[place] = (buffer.count, bytes.count)
        buffer.append(contentsOf: bytes)
    }

    /// The arrays that libpq takes; gone with the call of `body`.
    func withPointers<R>(
        _ body: (
            _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) throws -> R
    ) rethrows -> R {
        guard count > 0 else { return try body(nil, nil, nil) }
        // A text may be empty, and a buffer without bytes has no address.
        if buffer.isEmpty { buffer.append(0) }
        return try buffer.withUnsafeBytes { bytes in
            let start = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: CChar.self)
            let values = places.map { $0.count == Self.null ? nil : start + $0.offset }
            let lengths = places.map { Int32(max($0.count, 0)) }
            return try body(values, lengths, Array(repeating: 1, count: count))
        }
    }
}

/// The types that we speak, by the numbers of the server's catalogue (`pg_type.dat`).
enum PostgreSQLType {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let numeric: Oid = 1700
}
