import Records

/// Replaces what was about a person by a mark, and leaves the rest of the text to the character.
struct Redaction {
    let mark: String

    /// - Parameter language: Of the organisation, `ja` or `en`.
    init(language: String) { mark = language == "ja" ? "［消去済み］" : "[erased]" }

    /// The text without the fragments, cut to what the field holds.
    func apply(_ ranges: [Range<Int>], to text: String, lengthMax: Int) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = String.UnicodeScalarView()
        var cursor = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.lowerBound >= cursor {
            out.append(contentsOf: scalars[cursor..<min(range.lowerBound, scalars.count)])
            out.append(contentsOf: mark.unicodeScalars)
            cursor = min(range.upperBound, scalars.count)
        }
        out.append(contentsOf: scalars[cursor...])
        let whole = String(out)
        return lengthMax > 0 ? String(whole.prefix(lengthMax)) : whole
    }

    /// What stands in a personal field of a record that stays without its person: nothing where the field may be
    /// empty, else a value that says so.
    func neutral(_ field: Field) -> Value? {
        if field.isNillable && field.type != .boolean { return .null }
        switch field.type.storage {
        case .text where !field.isRestrictedPicklist: return .text(mark)
        case .integer where field.type == .boolean: return .boolean(false)
        default: return nil
        }
    }
}
