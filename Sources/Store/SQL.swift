public import Records

/// A statement: text from literals, and bindings. Interpolated values become bindings; there is no way to pass a
/// `String` as SQL.
///
/// ```swift
/// let statement: SQL = "SELECT id FROM \(identifier: table) WHERE email = \(.text(email))"
/// ```
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// With `?` for each binding. The driver of another database numbers them.
    public private(set) var text: String
    /// In the order of their places.
    public private(set) var bindings: [Value]

    public init(stringLiteral value: StaticString) {
        text = "\(value)"
        bindings = []
    }

    public init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
        bindings = stringInterpolation.bindings
    }

    /// A number as part of the text, for expressions that the database compares with each other, as in GROUP BY: two
    /// bindings are never the same to it.
    public init(integer number: Int64) {
        text = number < 0 ? "(\(number))" : String(number)
        bindings = []
    }

    /// Appends another piece, for clauses that are there only sometimes.
    public mutating func append(_ other: SQL) {
        text += other.text
        bindings += other.bindings
    }

    public static func + (a: SQL, b: SQL) -> SQL {
        var sum = a
        sum.append(b)
        return sum
    }

    /// Pieces with a separator between them.
    public static func joined(_ pieces: [SQL], separator: SQL) -> SQL {
        var whole: SQL = ""
        for (place, piece) in pieces.enumerated() {
            if place > 0 { whole.append(separator) }
            whole.append(piece)
        }
        return whole
    }

    public struct Interpolation: StringInterpolationProtocol {
        var text = ""
        var bindings: [Value] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }

        public mutating func appendInterpolation(_ value: Value) {
            text += "?"
            bindings.append(value)
        }

        public mutating func appendInterpolation(_ piece: SQL) {
            text += piece.text
            bindings += piece.bindings
        }

        public mutating func appendInterpolation(identifier: Identifier) { text += identifier.quoted }
    }
}

/// A name of a table, a column or an index: the only text besides literals that enters a statement.
public struct Identifier: Hashable, Sendable {
    /// In double quotes.
    public let quoted: String

    /// Refuses (by a precondition: names are checked when the schema is made) all but letters, digits and `_`.
    public init(_ name: String) {
        precondition(
            !name.isEmpty && name.utf8.count <= 120
                && name.utf8.allSatisfy {
                    $0 == 95 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                },
            "a name of the schema has letters, digits and underscores"
        )
        quoted = "\"\(name)\""
    }
}
