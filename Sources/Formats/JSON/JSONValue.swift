public import Records

/// A JSON text as a tree. Objects keep the order of their members.
public indirect enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The value of an object's member of exactly that name; nil when there is none or it is no object.
    public subscript(_ name: String) -> JSONValue? { members?.first { $0.name == name }?.value }

    /// The members of an object, in their order; nil for every other kind.
    public var members: [JSONMember]? { if case .object(let members) = self { members } else { nil } }

    /// The elements of an array; nil for every other kind.
    public var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The text of a string; nil for every other kind.
    public var string: String? { if case .string(let text) = self { text } else { nil } }

    /// A whole number; nil for every other kind.
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    /// A truth value; nil for every other kind.
    public var boolean: Bool? { if case .boolean(let truth) = self { truth } else { nil } }

    /// A number of either kind; nil for every other kind.
    public var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// What a field can be given: null, truth, number or text. Nil for arrays and objects.
    public var scalar: Records.Value? {
        switch self {
        case .null: .null
        case .boolean(let truth): .boolean(truth)
        case .integer(let number): .integer(number)
        case .double(let number): .double(number)
        case .string(let text): .text(text)
        case .array, .object: nil
        }
    }
}

/// A name and its value in a ``JSONValue/object(_:)``.
public struct JSONMember: Hashable, Sendable {
    public let name: String
    public let value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONWriter {
    /// A whole tree.
    public mutating func tree(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .boolean(let truth): boolean(truth)
        case .integer(let number): integer(number)
        case .double(let number): double(number)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { tree(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.name)
                tree(member.value)
            }
            endObject()
        }
    }
}
