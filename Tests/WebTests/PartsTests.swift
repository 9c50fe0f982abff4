import Foundation
import HTTP
import HTTPTypes
import Records
import Testing

@testable import Web

struct LanguageTests {
    @Test(
        arguments: [
            ("ja", nil, Language.ja), (nil, "ja-JP,en;q=0.8", .ja), (nil, "en-GB,en;q=0.9,ja;q=0.8", .en),
            (nil, "fr,de;q=0.5", .ja), (nil, "en;q=0.2, ja;q=0.7", .ja), ("fr", "en", .en),
            (nil, "ja;q=0,en;q=0.1", .en),
            (nil, "*", .ja),
        ] as [(String?, String?, Language)])
    func `a choice goes before the browser, and the browser before the organisation`(
        chosen: String?, accepted: String?, expected: Language
    ) {
        #expect(Language(chosen: chosen, accepted: accepted, fallback: "ja") == expected)
    }
}

struct DatesTests {
    // 2026-11-24 00:30 in Tokyo.
    let late = Instant("2026-11-23T15:30:00Z")

    @Test func `a moment is shown in the reader's zone and language`() throws {
        let late = try #require(late)
        let ja = Dates(language: .ja, zone: "Asia/Tokyo", now: late)
        let en = Dates(language: .en, zone: "UTC", now: late)
        #expect(ja.moment(late) == "2026年11月24日 00:30")
        #expect(en.moment(late) == "23 November 2026, 15:30")
        #expect(ja.full(ja.today) == "2026年11月24日（火）")
        #expect(en.full(en.today) == "Monday 23 November 2026")
        #expect(ja.short(ja.today) == "2026/11/24")
        #expect(en.short(en.today) == "23 Nov 2026")
    }

    @Test func `today is a time, other days are dates, and the exact moment is at hand`() throws {
        let now = try #require(late)
        let dates = Dates(language: .en, zone: "Asia/Tokyo", now: now)
        #expect(dates.view(now).shown == "00:30")
        #expect(dates.view(now.adding(seconds: -3600)).shown == "23 Nov 2026")
        #expect(dates.view(now).exact == "2026-11-24 00:30:00 Asia/Tokyo")
        #expect(dates.view(now).machine == "2026-11-23T15:30:00.000Z")
    }
}

struct ErrorPageTests {
    @Test(arguments: Language.allCases)
    func `a failure of ours says what was kept and a number for support, and nothing of its cause`(
        language: Language
    ) throws {
        let site = try Site()
        let error = PlatformError(.unknownException, "The disk of 10.0.0.1 is full.", detail: "/var/secret")
        let (page, status) = ErrorPage.of(error, words: site.words(language), requestID: "abc123")
        #expect(status == .internalServerError)
        let frame = Frame(
            lang: language.rawValue, density: "compact", title: page.heading, t: site.words(language),
            assets: site.assets.links, chrome: nil, notice: nil, page: page
        )
        let html = site.html("error", frame)
        #expect(html.contains("abc123"))
        #expect(html.contains(language == .ja ? "変更はしていません。" : "Nothing was changed."))
        #expect(!html.contains("10.0.0.1") && !html.contains("secret"))
    }

    @Test func `what the browser asked too much or too often for is said in the reader's language`() throws {
        let words = try Site().words(.ja)
        for code in [PlatformError.Code.operationTooLarge, .limitExceeded] {
            let page = ErrorPage.of(PlatformError(code, "Wire text."), words: words, requestID: "1").page
            #expect(!page.text.contains { $0.isASCII && $0.isLetter }, "\(page.text)")
        }
    }
}

struct ListAddressTests {
    @Test func `an address keeps what it knows and drops what it does not`() throws {
        let list = ListAddress("/contacts", names: ["q", "sort"], query: try .init("q=a%26b&x=1&sort=-name&page=3"))
        #expect(list["q"] == "a&b")
        #expect(list.offset == 100)
        #expect(list.with("sort", "name") == "/contacts?q=a%26b&sort=name")
        #expect(list.with("q", "") == "/contacts?sort=-name")
    }

    @Test func `a second click turns the order`() throws {
        let list = ListAddress("/contacts", names: ["sort"], query: try .init("sort=name"))
        let head = list.head("Name", sort: "name", by: "name")
        #expect(head.href == "/contacts?sort=-name")
        #expect(head.sorted == "ascending")
    }

    @Test func `a pager tells where one is and how many there are`() throws {
        let words = try Site().words(.en)
        let first = ListAddress("/c", names: [], query: nil).pager(shown: 50, total: 9_988, words: words)
        #expect(first.range == "1–50 of 9,988")
        #expect(first.previous == nil)
        #expect(first.next == "/c?page=2")
        #expect(first.limit != nil)
        let empty = ListAddress("/c", names: [], query: nil).pager(shown: 0, total: 0, words: words)
        #expect(empty.range == "None")
        #expect(empty.next == nil)
    }
}

struct LocalPathTests {
    @Test(arguments: [
        ("/people/003", "/people/003"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"), ("/sign-out", "/"), ("", "/"),
    ])
    func `after signing in one goes only to a page of this site`(asked: String, path: String) {
        #expect(SignIn.localPath(asked) == path)
    }
}

struct GraphTests {
    @Test func `a group stands for its records, and its circle grows with them`() throws {
        let words = try Site().words(.en)
        let graph = Graph.drawn(
            centre: "山田 花子", below: "P1",
            groups: [
                .init(object: "Case", label: "Cases", count: 1_204, tone: "overdue", fate: "delete"),
                .init(object: "Contact", label: "Contact", count: 1, tone: "overdue", fate: "delete"),
            ],
            words: words
        )
        #expect(graph.nodes.map(\.count) == ["1,204", "1"])
        #expect(graph.nodes[0].href == "#group-Case")
        #expect(graph.nodes[0].spoken == "Cases: 1,204 records, delete")
        #expect(graph.centreLines.map(\.text) == ["山田 花子", "P1"])
        let long = Graph.drawn(centre: "Camille Moreau-Delacroix", below: "R-1", groups: [], words: words)
        #expect(long.centreLines.map(\.text) == ["Camille", "Moreau-Dela…", "R-1"])
        let radii = graph.nodes.compactMap { Double($0.radius) }
        #expect(radii[0] > radii[1])
    }
}

/// The page of every part, in both languages. With `AZUKARI_LOOK=FOLDER` it is written there, to be looked at.
struct LookTests {
    @Test(arguments: Language.allCases)
    func `every part renders, and what people typed stays inert`(language: Language) throws {
        let site = try Site()
        let now = Instant(startOf: Day(year: 2026, month: 11, day: 24))
        let page = Look.page(site.words(language), Dates(language: language, zone: "Asia/Tokyo", now: now))
        let frame = Frame(
            lang: language.rawValue, density: "compact", title: "Look", t: site.words(language),
            assets: site.assets.links, chrome: nil, notice: nil, page: page
        )
        let html = site.html("look", frame)
        #expect(html.contains("&lt;script&gt;"))
        #expect(!html.contains("<script>"))
        #expect(html.contains("{{name}}"))
        #expect(html.replacing("{{name}}", with: "").contains("{{") == false)
        #expect(!html.contains("⟦"))
        #expect(!html.contains(" style="))
        if let folder = ProcessInfo.processInfo.environment["AZUKARI_LOOK"] {
            try html.write(toFile: "\(folder)/look-\(language.rawValue).html", atomically: true, encoding: .utf8)
        }
    }
}
