import Records

/// The criteria of a rule as its record holds them: a line for each, with field, method and, where two blanks match, the word
/// `blank`.
///
/// ```
/// LastName name
/// Email email
/// ```
enum MatchCriteria {
    static let countMax = 10

    /// - Throws: `INVALID_FIELD` with the line, for what is no criterion of all those objects.
    static func read(_ text: String, for objects: [ObjectSchema]) throws -> [MatchCriterion] {
        var criteria: [MatchCriterion] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() {
            let words = line.split(separator: " ")
            if words.isEmpty { continue }
            func refuse(_ reason: String) -> PlatformError {
                PlatformError(
                    .invalidField, "Matching Criteria, line \(number + 1): \(reason)", fields: ["MatchCriteria"],
                    position: (number + 1, 1))
            }
            guard words.count == 2 || words.count == 3 && words[2] == "blank",
                let method = MatchCriterion.Method(rawValue: words[1].lowercased())
            else {
                let methods = MatchCriterion.Method.allCases.map(\.rawValue).joined(separator: ", ")
                throw refuse("a line has a field and one of \(methods), and may end with `blank`.")
            }
            for object in objects {
                guard let field = object.field(words[0]), isCompared(field) else {
                    throw refuse("\(object.name) has no field \(words[0]) that can be compared.")
                }
            }
            let name = objects[0].field(words[0])?.name ?? String(words[0])
            guard !criteria.contains(where: { $0.field == name }) else { throw refuse("\(name) is there twice.") }
            criteria.append(MatchCriterion(field: name, method: method, matchesBlank: words.count == 3))
        }
        guard criteria.contains(where: { !$0.matchesBlank }), criteria.count <= countMax else {
            throw PlatformError(
                .invalidField,
                "Matching Criteria: there are 1 to \(countMax), and for one of them at least a blank matches nothing.",
                fields: ["MatchCriteria"])
        }
        return criteria
    }

    private static func isCompared(_ field: Field) -> Bool {
        switch field.type {
        case .base64, .address, .location, .id, .anyType, .junctionIDList: false
        case .textarea: field.length <= 1_000
        default: field.type.storage != nil
        }
    }
}
