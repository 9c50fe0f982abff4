/// One word or sign of a text.
struct Token {
    enum Kind: UInt8 {
        case end
        case name
        case string
        case number
        /// A date, datetime or time, not yet checked.
        case moment
        case comma, dot, colon
        case leftParenthesis, rightParenthesis
        case leftBrace
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    }

    var kind: Kind
    /// The bytes of the text, from the first to behind the last.
    var start: Int
    var end: Int
    var position: Position
}
