import Foundation
import Mustache

/// The words of one language, by keys that say what is meant. Templates read them as `{{t.contacts.title}}`.
///
/// The table is a file `strings/LANGUAGE.txt` of lines `key = text`; `{name}` stands for a value. A key with the
/// endings `.one` and `.other` is asked for with a number.
struct Words: Sendable, MustacheParent {
    let language: Language
    private let table: [String: String]
    private let prefix: String

    init(_ language: Language, text: String) {
        self.language = language
        prefix = ""
        table = Self.lines(of: text)
    }

    private init(_ words: Words, prefix: String) {
        language = words.language
        table = words.table
        self.prefix = prefix
    }

    /// All keys, for the tests that hold the tables to each other.
    var keys: Set<String> { Set(table.keys) }

    /// The text of a key, with the values put in. The key itself where the table lacks it, which a test prevents.
    func callAsFunction(_ key: String, _ values: KeyValuePairs<String, String> = [:]) -> String {
        guard let text = table[key] else { return key }
        return values.isEmpty ? text : Self.fill(text, values)
    }

    /// The text for a number of things, with the number as `{n}`.
    func count(_ key: String, _ number: Int, _ values: KeyValuePairs<String, String> = [:]) -> String {
        let text = table["\(key).\(number == 1 ? "one" : "other")"] ?? key
        return Self.fill(Self.fill(text, values), ["n": Self.grouped(number)])
    }

    /// The text of a key that may be missing, as for words that come from data.
    func known(_ key: String) -> String? { table[key] }

    /// `9,988`, the same in both languages.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var out = number < 0 ? "−" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0 && (digits.count - place) % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return out
    }

    func child(named name: String) -> Any? {
        let key = prefix + name
        return table[key] ?? Words(self, prefix: key + ".")
    }

    /// One pass from left to right: a value that looks like `{name}` stays as it is.
    static func fill(_ text: String, _ values: KeyValuePairs<String, String>) -> String {
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            out += rest[..<open]
            out += values.first { $0.key == name }?.value ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    private static func lines(of text: String) -> [String: String] {
        var table: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let sign = line.range(of: " = ") else { continue }
            table[String(line[..<sign.lowerBound])] = String(line[sign.upperBound...])
        }
        return table
    }
}
