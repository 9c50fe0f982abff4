public import Records

/// Why a query or search was not understood, and where.
///
/// Two are equal when their codes are.
public struct SOQLError: Error, Equatable, Sendable {
    /// A closed set behind static members.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String

        /// A word or sign that cannot stand where it does, or an end that came too early.
        public static let syntax = Code(description: "syntax")
        /// Sound in Apex, and refused by the API.
        public static let dialect = Code(description: "dialect")
        /// Longer than ``Limits/characters``.
        public static let tooLong = Code(description: "tooLong")
        /// Nested deeper than ``Limits/depth``.
        public static let tooDeep = Code(description: "tooDeep")
    }

    /// What the parser will take.
    public enum Limits {
        /// The platform's own limit.
        public static let characters = 100_000
        /// Parentheses, negations and queries inside each other; far above what people write, far below what would
        /// exhaust the stack of a thread.
        public static let depth = 100
    }

    public let code: Code
    /// Safe to show to the caller; quotes at most a few characters of the text.
    public let message: String
    public let position: Position
    /// Whether the text was a search; its errors have a code of their own on the wire.
    public let isSearch: Bool

    init(_ code: Code, _ message: String, at position: Position, isSearch: Bool) {
        self.code = code
        self.message = message
        self.position = position
        self.isSearch = isSearch
    }

    /// The error as the wire has it: `MALFORMED_QUERY`, `MALFORMED_SEARCH` or `QUERY_TOO_COMPLICATED`, with the piece
    /// of `text` that is meant.
    public func platformError(in text: String) -> PlatformError {
        let wire: PlatformError.Code =
            code == .tooDeep ? .queryTooComplicated : isSearch ? .malformedSearch : .malformedQuery
        return PlatformError(
            wire,
            code == .tooLong ? message : position.report(message, in: text),
            position: (position.line, position.column)
        )
    }

    public static func == (a: SOQLError, b: SOQLError) -> Bool { a.code == b.code }
}

extension SOQLError: CustomStringConvertible {
    /// Tells the code alone: the message quotes the query, which may hold personal data.
    public var description: String { "SOQLError(\(code))" }
}
