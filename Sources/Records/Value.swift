/// What a field of a record holds, in the platform's types.
///
/// Writers may hand in ``text(_:)`` for a field of any type: the door turns it into the field's own type or refuses
/// it with the platform's code. What the door hands out always has the field's own type.
public enum Value: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    case text(String)
    case date(Day)
    case datetime(Instant)
    case time(TimeOfDay)
    case id(RecordID)
    case bytes([UInt8])

    /// Whether it is ``null``.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The text of a text value; nil for every other kind.
    public var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The id of an id value; nil for every other kind.
    public var id: RecordID? { if case .id(let id) = self { id } else { nil } }

    /// The truth of a boolean value; nil for every other kind.
    public var boolean: Bool? { if case .boolean(let truth) = self { truth } else { nil } }

    /// The number of an integer value; nil for every other kind.
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    /// The moment of a datetime value; nil for every other kind.
    public var datetime: Instant? { if case .datetime(let instant) = self { instant } else { nil } }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(nilLiteral: ()) { self = .null }
}

extension Value: CustomStringConvertible {
    /// Never the value itself: personal data must not reach a log by way of string interpolation.
    public var description: String { isNull ? "null" : "‹withheld›" }
}
