/// Where a rule stands, as the reader's language cites it: `GDPR Art. 6(1)(b)` is `GDPR第6条第1項(b)` in Japanese.
enum LawReference {
    static func text(_ source: String, _ language: Language) -> String {
        guard language == .ja else { return source }
        return source.split(separator: ";").map { japanese(String($0.drop { $0 == " " })) }.joined(separator: "、")
    }

    /// One law with its articles: `GDPR Art. 11(2), 12(2)`.
    private static func japanese(_ reference: String) -> String {
        guard let mark = reference.firstRange(of: "Art. ") else { return reference }
        let articles = reference[mark.upperBound...].split(separator: ", ").map { article in
            let parts = article.split(separator: "(").map { $0.filter { $0 != ")" } }
            let first = parts.first.map { "第\($0)条" } ?? ""
            return parts.dropFirst().reduce(first) { text, part in
                text + (part.allSatisfy(\.isNumber) ? "第\(part)項" : "(\(part))")
            }
        }
        let law = reference[..<mark.lowerBound].split(separator: " ").joined(separator: " ")
        return law.replacing("Regulation", with: "規則") + articles.joined(separator: "、")
    }
}
