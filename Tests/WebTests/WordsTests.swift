import Foundation
import Testing

@testable import Web

struct WordsTests {
    let site: Site
    let sources: [(path: String, text: String)]
    let templates: [(path: String, text: String)]

    init() throws {
        site = try Site()
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/Web")
        let files =
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? []
        func texts(_ ending: String) throws -> [(path: String, text: String)] {
            try files.filter { $0.pathExtension == ending }
                .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
        }
        sources = try texts("swift")
        templates = try texts("mustache")
    }

    @Test func `both languages have the same keys`() {
        let ja = site.words(.ja).keys
        let en = site.words(.en).keys
        #expect(ja.subtracting(en) == [])
        #expect(en.subtracting(ja) == [])
    }

    @Test func `both languages put in the same values`() throws {
        let placeholder = #/\{(\w+)\}/#
        for key in site.words(.ja).keys {
            let ja = Set(site.words(.ja)(key).matches(of: placeholder).map { String($0.output.1) })
            var en = Set(site.words(.en)(key).matches(of: placeholder).map { String($0.output.1) })
            // “1 case” needs no number in English.
            if key.hasSuffix(".one") { en = ja }
            #expect(ja == en, "\(key)")
        }
    }

    @Test func `every text is translated`() {
        // The same in both languages because they are names.
        let names: Set = [
            "layout.language_ja", "layout.language_en", "composer.about_none", "request.package_csv",
            "request.package_json", "request.package_xml", "regulation.gdpr", "regulation.ccpa", "regulation.lgpd",
        ]
        for key in site.words(.ja).keys.subtracting(names) {
            #expect(site.words(.ja)(key) != site.words(.en)(key), "\(key)")
        }
    }

    @Test func `every key that is used has a text, and every text is used`() {
        let keys = site.words(.en).keys
        var used: Set<String> = []
        var prefixes: Set<String> = []
        for (path, text) in templates {
            for match in text.matches(of: #/\{\{t\.([\w.]+)\}\}/#) {
                let key = String(match.output.1)
                #expect(keys.contains(key), "\(path) uses \(key)")
                used.insert(key)
            }
        }
        for (path, text) in sources {
            for match in text.matches(of: #/"([a-z][a-z_]*\.[A-Za-z_.]+)"/#) {
                let key = String(match.output.1)
                if keys.contains(key) { used.insert(key) }
                if keys.contains(key + ".one") { used.formUnion([key + ".one", key + ".other"]) }
            }
            for match in text.matches(
                of: #/(?:words|known|count)\(\s*(?:isMail \? |isCall \? |isIn \? |isIncoming \? )?"([a-z][A-Za-z_.]*)"/#
            ) {
                let key = String(match.output.1)
                #expect(keys.contains(key) || keys.contains(key + ".one"), "\(path) uses \(key)")
            }
            for match in text.matches(of: #/"([a-z_]+[._][a-z_]*)\\\(/#) { prefixes.insert(String(match.output.1)) }
        }
        let unused = keys.subtracting(used).filter { key in !prefixes.contains { key.hasPrefix($0) } }
        #expect(unused.sorted() == [])
    }

    @Test func `values are put in once, whatever they look like`() {
        let words = Words(.en, text: "a = {x} and {y}")
        #expect(words("a", ["x": "{y}", "y": "<b>"]) == "{y} and <b>")
        #expect(words("missing") == "missing")
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (9_988, "9,988"), (1_000_000, "1,000,000"), (-1_234, "−1,234"),
    ])
    func `numbers are grouped by thousands`(number: Int, text: String) {
        #expect(Words.grouped(number) == text)
    }
}
