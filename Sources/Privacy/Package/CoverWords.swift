import Foundation
import Records

/// The words of the cover page in one language.
struct CoverWords: Sendable {
    let language: String
    private let words: [String: String]

    /// - Parameter language: `ja`; everything else is English.
    init(_ language: String) throws {
        guard let file = Bundle.module.url(forResource: "Resources/cover", withExtension: "json") else {
            throw PlatformError(.invalidOperation, "The file cover.json is not there. Install the program again.")
        }
        let all = try JSONDecoder().decode([String: [String: String]].self, from: Data(contentsOf: file))
        self.language = language == "ja" ? "ja" : "en"
        words = all[self.language] ?? [:]
    }

    /// A word or sentence, with `{name}` filled in. One that the file lacks is shown by its key, so that it is noticed.
    func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        values.reduce(words[key] ?? key) { text, value in
            text.replacingOccurrences(of: "{\(value.key)}", with: value.value)
        }
    }
}
