extension Position {
    /// A message in the platform's form for errors in a query: the piece of `text` around this position, a caret
    /// below the place, `ERROR at Row:1:Column:8`, and `message`, each on a line of its own after an empty one.
    ///
    /// The piece is the position's line, cut to the sixty characters before and after the place.
    public func report(_ message: String, in text: String) -> String {
        let reach = 60
        var current = 1
        var piece = Substring.UnicodeScalarView()
        for scalars in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            if current == line {
                piece = scalars
                break
            }
            current += 1
        }
        let before = max(0, column - 1)
        let skipped = max(0, before - reach)
        let shown = piece.dropFirst(skipped).prefix(before - skipped + reach)
        // A tab or carriage return would move the caret away from its place.
        var snippet = String.UnicodeScalarView()
        for scalar in shown { snippet.append(scalar.value < 32 ? " " : scalar) }
        let indent = String(repeating: " ", count: before - skipped)
        return "\n\(String(snippet))\n\(indent)^\nERROR at Row:\(line):Column:\(column)\n\(message)"
    }
}
