import Foundation
import Testing

/// The tables of words of the pages, held to each other and to the pages.
struct WordsTests {
    static let folder = "Sources/Web/Resources/strings"
    static var isThere: Bool { FileManager.default.fileExists(atPath: Checkout.root.appending(path: folder).path) }

    @Test(.enabled(if: isThere))
    func `Japanese and English have the same keys with the same places for values`() throws {
        let (english, japanese) = (try Table("en"), try Table("ja"))
        for (a, b) in [(english, japanese), (japanese, english)] {
            for key in a.texts.keys.sorted() where b.texts[key] == nil {
                Issue.record("\(a.path): `\(key)` is not in \(b.path)")
            }
        }
        for (key, text) in english.texts.sorted(by: { $0.key < $1.key }) {
            guard let other = japanese.texts[key] else { continue }
            #expect(Table.places(text) == Table.places(other), "\(japanese.path): `\(key)` has other places for values")
        }
    }

    @Test(.enabled(if: isThere))
    func `every key that a template names is there`() throws {
        let english = try Table("en")
        let start = "{{t."
        for file in try Checkout.files(in: ["Sources/Web"], endings: ["mustache"]) {
            for (number, line) in file.lines.enumerated() {
                for range in line.ranges(of: start) {
                    let key = String(line[range.upperBound...].prefix { $0 != "}" && $0 != " " })
                    #expect(english.texts[key] != nil, "\(file.finding(number, "no text has the key `\(key)`"))")
                }
            }
        }
    }

    @Test(.enabled(if: isThere))
    func `every key is used`() throws {
        let english = try Table("en")
        let files = try Checkout.files(in: ["Sources/Web"], endings: ["mustache", "swift"])
        let text = files.flatMap(\.lines).joined(separator: "\n")
        // In templates `t.a.b`, in code "a.b", or "a.\(…)" where data names the rest.
        var beginnings: Set<String> = []
        for range in text.ranges(of: "\\(") {
            let beginning = text[..<range.lowerBound].reversed().prefix { $0 != "\"" && $0 != "\n" && $0 != " " }
            beginnings.insert(String(beginning.reversed()))
        }
        beginnings = beginnings.filter { $0.contains(".") || $0.hasSuffix("_") }
        for key in english.texts.keys.sorted() {
            let stem = [".one", ".other"].first(where: key.hasSuffix).map { String(key.dropLast($0.count)) } ?? key
            let isNamed = text.contains("t.\(stem)}") || text.contains("\"\(stem)\"")
            #expect(
                isNamed || beginnings.contains { stem.hasPrefix($0) },
                "\(english.path): nothing uses `\(key)`; remove it from both languages"
            )
        }
    }

    struct Table {
        let path: String
        var texts: [String: String] = [:]

        init(_ language: String) throws {
            path = "\(WordsTests.folder)/\(language).txt"
            for line in try Checkout.text(path).lines where !line.hasPrefix("#") {
                guard let sign = line.firstRange(of: " = ") else { continue }
                texts[String(line[..<sign.lowerBound])] = String(line[sign.upperBound...])
            }
        }

        /// The names in braces.
        static func places(_ text: String) -> Set<Substring> {
            Set(
                text.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap {
                    $0.split(separator: "}").first
                })
        }
    }
}
