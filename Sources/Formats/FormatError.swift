/// Input that is not of the format it should be, and where it goes wrong.
public struct FormatError: Error, Equatable, Sendable {
    /// What kind of trouble; a closed set behind static members.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        /// The input is not of the format at all, or breaks its grammar.
        public static let malformed = Self(description: "malformed")
        /// A limit that the caller stated was passed.
        public static let tooLarge = Self(description: "too large")
        /// A name stands twice in one object or header.
        public static let duplicateName = Self(description: "duplicate name")
        /// Bytes that the encoding does not have.
        public static let badEncoding = Self(description: "bad encoding")
        /// This machine cannot do what was asked for.
        public static let unavailable = Self(description: "unavailable")
    }

    public let code: Code
    /// What is wrong and what to do. It quotes no values, but may name a key or column.
    public let message: String
    /// Counted from 1, in the input as text; nil when the place is not known as a line.
    public let line: Int?
    /// Counted from 1, in characters; nil when only the line is known.
    public let column: Int?
    /// Bytes before the trouble; nil when the place is not known as an offset.
    public let offset: Int?

    init(_ code: Code, _ message: String, line: Int? = nil, column: Int? = nil, offset: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
        self.column = column
        self.offset = offset
    }

    public static func == (a: FormatError, b: FormatError) -> Bool { a.code == b.code }
}

extension FormatError: CustomStringConvertible {
    /// The message with its place, such as `line 3, column 7: a comma is missing`.
    public var description: String {
        switch (line, column) {
        case (let line?, let column?): "line \(line), column \(column): \(message)"
        case (let line?, nil): "line \(line): \(message)"
        default: message
        }
    }
}
