/// The identifier of a record: the object's key prefix in the upper 18 bits, a sequence number in the lower 45.
///
/// It is the table's integer primary key, so joins stay on integers; the text forms are made at the edges.
public struct RecordID: Hashable, Comparable, Sendable {
    /// The highest sequence number. It is never issued: ids of other organisations that do not fit stand for it,
    /// so they are well formed and find nothing.
    public static let sequenceMax: Int64 = (1 << 45) - 1

    /// The integer as stored. Never negative.
    public let rawValue: Int64

    /// Takes back an integer that ``rawValue`` gave.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Joins a prefix and a sequence number (0 ... ``sequenceMax``).
    public init(prefix: KeyPrefix, sequence: Int64) {
        precondition(sequence >= 0 && sequence <= Self.sequenceMax, "a sequence number has 45 bits")
        rawValue = Int64(prefix.rawValue) << 45 | sequence
    }

    /// Which object the record is of.
    public var prefix: KeyPrefix { KeyPrefix(rawValue: UInt32(truncatingIfNeeded: rawValue >> 45)) }

    /// The number within the object.
    public var sequence: Int64 { rawValue & Self.sequenceMax }

    public static func < (a: RecordID, b: RecordID) -> Bool { a.rawValue < b.rawValue }
}

/// The first three characters of an id: which object it is of.
public struct KeyPrefix: Hashable, Sendable {
    /// 0 ..< 62³.
    public let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Reads exactly three characters `[0-9A-Za-z]`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        var number: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            guard let digit = Base62.digit(byte) else { return nil }
            number = number &* 62 &+ UInt32(digit)
            count += 1
            if count > 3 { return nil }
        }
        guard count == 3 else { return nil }
        rawValue = number
    }

    /// The ids of this object, as a range of integers: an object's records lie together in any index of ids.
    public var idRange: ClosedRange<Int64> {
        Int64(rawValue) << 45...(Int64(rawValue) << 45 | RecordID.sequenceMax)
    }
}

extension KeyPrefix: CustomStringConvertible {
    public var description: String {
        String(
            decoding: [rawValue / 3844, rawValue / 62 % 62, rawValue % 62].map { Base62.character(Int($0)) },
            as: UTF8.self)
    }
}
