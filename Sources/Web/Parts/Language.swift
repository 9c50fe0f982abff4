/// A language in which people are answered.
enum Language: String, Sendable, CaseIterable {
    case ja, en

    /// What the reader chose; else the first of the browser's languages that we have; else the organisation's.
    init(chosen: String?, accepted: String?, fallback: String) {
        self = chosen.flatMap(Language.init) ?? Self.best(of: accepted ?? "") ?? Language(rawValue: fallback) ?? .en
    }

    /// What stands between the members of a list.
    var comma: String { self == .ja ? "、" : ", " }

    /// The platform's code in a user's record: `ja` or `en_US`.
    init?(locale: String?) {
        guard let locale else { return nil }
        self.init(rawValue: String(locale.prefix(2)).lowercased())
    }

    /// RFC 9110, 12.5.4: weights from 0 to 1, the first of equals wins, 0 refuses.
    private static func best(of header: String) -> Language? {
        var found: (language: Language, weight: Double)?
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let name = parts.first, let language = Language(rawValue: name.prefix(2).lowercased()) else {
                continue
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > (found?.weight ?? 0) { found = (language, weight) }
        }
        return found?.language
    }
}
