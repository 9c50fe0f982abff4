/// A query's text without what it compares with: `SELECT Id FROM Contact WHERE Email = ?`.
public enum QueryShape {
    /// Texts, numbers and moments become question marks, other white space one space. What is no query any more from some place
    /// on is left out from there.
    public static func of(_ text: String) -> String {
        var lexer = Lexer(Array(text.utf8), isSearch: false)
        var shape: [UInt8] = []
        var last = 0
        while let token = try? lexer.next(), token.kind != .end {
            // What stands between braces is what is searched for.
            if token.kind == .leftBrace { break }
            if token.start > last, !shape.isEmpty { shape.append(UInt8(ascii: " ")) }
            switch token.kind {
            case .string, .number, .moment: shape.append(UInt8(ascii: "?"))
            default: shape += lexer.bytes[token.start..<token.end]
            }
            last = token.end
        }
        return String(decoding: shape, as: UTF8.self)
    }
}
