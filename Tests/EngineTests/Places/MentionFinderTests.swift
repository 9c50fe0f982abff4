import Records
import Testing

@testable import Engine

@Suite struct `What a text says about a person` {
    static let mary = MentionFinder(
        PersonIdentifiers(
            names: [PersonName(last: "Miller", first: "Mary")], emails: ["mary.1@mail1.example.org"],
            phones: ["+1 (555) 0000-0001", "+44 7700 900001"],
            addresses: [
                PostalAddress(
                    street: "112 Lindenstraße", city: "Berlin", state: "", postalCode: "10115", country: "Germany")
            ],
            birthdates: [Day(year: 1988, month: 2, day: 8)], externalIDs: ["P0000001"]))
    static let sato = MentionFinder(
        PersonIdentifiers(
            names: [PersonName(last: "佐藤", first: "健一")], readings: [PersonName(last: "サトウ", first: "ケンイチ")],
            emails: ["user2@mail2.example.co.jp"], phones: ["03-0000-0002", "090-0000-0002"],
            addresses: [
                PostalAddress(
                    street: "2丁目27番18号", city: "千代田区丸の内", state: "東京都", postalCode: "100-0005", country: "Japan")
            ],
            birthdates: [Day(year: 1947, month: 6, day: 19)]))

    static func found(_ finder: MentionFinder, _ text: String, _ standing: TextStanding) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return finder.fragments(in: text, standing: standing).map {
            String(String.UnicodeScalarView(scalars[$0.start..<$0.end]))
        }
    }

    @Test(arguments: [
        ("says Mary Miller.", ["Mary Miller"]),
        ("MARY MILLER", ["MARY MILLER"]),
        ("Miller, Mary called", ["Miller, Mary"]),
        ("Mary\nMiller's router", ["Mary\nMiller"]),
        ("Mary J. Miller", ["Mary J. Miller"]),
        ("Rosemary Miller", []), ("Mary Millerson", []), ("Mary Miller-Jones", []), ("Anne-Mary Miller", []),
        ("Miller called", []), ("Ms Miller called", ["Miller"]), ("Frau Miller, Mr. Miller", ["Miller", "Miller"]),
        ("Dear Mary,", ["Mary"]), ("Dear Mary Jones,", []),
        ("call +1 (555) 0000-0001.", ["+1 (555) 0000-0001"]), ("call 555 0000 0001", ["555 0000 0001"]),
        ("call 0044 7700 900001", ["0044 7700 900001"]), ("07700-900001", ["07700-900001"]),
        ("+44 (0)7700 900001", ["+44 (0)7700 900001"]), ("+49 7700 900001", []), ("17700 9000012", []),
        ("107700900001", []),
        ("to Mary.1@mail1.example.org.", ["Mary.1@mail1.example.org"]),
        ("x.mary.1@mail1.example.org", []), ("mary.1@mail1.example.org.uk", []), ("mary.1@mail1.example.orgs", []),
        ("Lives at 112 Lindenstraße, 10115 Berlin.", ["112 Lindenstraße, 10115 Berlin"]),
        ("Lives at 1112 Lindenstraße, 10115 Berlin.", []), ("10115 Berlin", []),
        ("born 1988-02-08, 8 February 1988, 08.02.1988", ["1988-02-08", "8 February 1988", "08.02.1988"]),
        ("A neighbour, Mary Miller <mary.9@mail1.example.org>, has", []),
        ("customer P0000001 and P00000011", ["P0000001"]),
        ("🙂 Mary Miller", ["Mary Miller"]),
    ])
    func `in English, in the person's own thread`(text: String, expected: [String]) {
        #expect(Self.found(Self.mary, text, .own) == expected)
    }

    @Test(arguments: [
        ("says Mary Miller.", []), ("Ms Miller called", []), ("Lives at 112 Lindenstraße, 10115 Berlin.", []),
        (
            "A neighbour, Mary Miller <mary.1@mail1.example.org>, has the same trouble 🙂.",
            ["Mary Miller", "mary.1@mail1.example.org"]
        ),
        (
            "says Mary Miller. Another is Mary Miller <mary.1@mail1.example.org>",
            ["Mary Miller", "mary.1@mail1.example.org"]
        ),
        (
            "Mary Miller <mary.9@example.org>, Mary Miller <mary.1@mail1.example.org>",
            ["Mary Miller", "mary.1@mail1.example.org"]
        ),
        ("Miller <mary.1@mail1.example.org>", ["Miller", "mary.1@mail1.example.org"]),
        ("Mary Miller\n+44 7700 900001", ["Mary Miller", "+44 7700 900001"]),
    ])
    func `in English, in somebody else's record`(text: String, expected: [String]) {
        #expect(Self.found(Self.mary, text, .foreign) == expected)
    }

    @Test(arguments: [
        ("佐藤様よりお電話。", ["佐藤様"]), ("佐藤さんから", ["佐藤さん"]), ("佐藤 健一様", ["佐藤 健一"]), ("佐藤健一", ["佐藤健一"]),
        ("佐藤　健一より", ["佐藤　健一"]), ("健一 佐藤", ["健一 佐藤"]), ("佐藤健一郎様", []), ("伊佐藤様", []), ("本日佐藤様より", ["佐藤様"]),
        ("佐藤は元気", []), ("同居の佐藤 蓮さん", []), ("田中 健一さん", []), ("健一さんへ", ["健一さん"]), ("田中健一さん", []),
        (
            "ルーターについて問い合わせです。 佐藤様よりお電話。 折り返しは090-0000-0002、メールはuser2@mail2.example.co.jpへお願いします。",
            ["佐藤様", "090-0000-0002", "user2@mail2.example.co.jp"]
        ),
        ("０９０−００００−０００２", ["０９０−００００−０００２"]), ("+81 90 0000 0002", ["+81 90 0000 0002"]),
        ("(090)0000-0002", ["(090)0000-0002"]),
        ("81-90-0000-0002", ["81-90-0000-0002"]), ("8 090-0000-0002", ["090-0000-0002"]), ("0090-0000-0002", []),
        ("090-0000-00021", []),
        ("住所は東京都千代田区丸の内2丁目27番18号です。", ["東京都千代田区丸の内2丁目27番18号"]),
        ("〒100-0005 東京都千代田区丸の内２丁目２７番１８号", ["〒100-0005 東京都千代田区丸の内２丁目２７番１８号"]),
        ("昭和22年6月19日生まれ、1947年6月19日", ["昭和22年6月19日", "1947年6月19日"]),
        ("VIP。サトウ ケンイチ", ["サトウ ケンイチ"]), ("ｻﾄｳ ｹﾝｲﾁ", ["ｻﾄｳ ｹﾝｲﾁ"]), ("さとう けんいち", ["さとう けんいち"]), ("ムサトウ ケンイチ", []),
        ("𠮷佐藤様", []), ("👩‍👩‍👧佐藤様", ["佐藤様"]),
    ])
    func `in Japanese, in the person's own thread`(text: String, expected: [String]) {
        #expect(Self.found(Self.sato, text, .own) == expected)
    }

    @Test(arguments: [
        ("佐藤様よりお電話。", []), ("佐藤 健一", []),
        ("同居の佐藤 健一さん（user2@mail2.example.co.jp）からも連絡あり。", ["佐藤 健一", "user2@mail2.example.co.jp"]),
        ("佐藤様よりお電話。同居の佐藤 健一さん（user2@mail2.example.co.jp）", ["佐藤 健一", "user2@mail2.example.co.jp"]),
        ("佐藤 健一さん（user22@mail2.example.co.jp）", []),
    ])
    func `in Japanese, in somebody else's record`(text: String, expected: [String]) {
        #expect(Self.found(Self.sato, text, .foreign) == expected)
    }

    @Test func `variants of one character are one name, diacritics are not`() {
        let takahashi = MentionFinder(PersonIdentifiers(names: [PersonName(last: "髙橋", first: "凛")]))
        #expect(Self.found(takahashi, "高橋様、髙橋 凛", .own) == ["高橋様", "髙橋 凛"])
        let muller = MentionFinder(PersonIdentifiers(names: [PersonName(last: "Müller", first: "Zoë")]))
        #expect(Self.found(muller, "Zoe\u{308} Mu\u{308}ller, Zoe Muller", .own) == ["Zoe\u{308} Mu\u{308}ller"])
        let obrien = MentionFinder(PersonIdentifiers(names: [PersonName(last: "O'Brien", first: "Siobhán")]))
        #expect(Self.found(obrien, "SIOBHÁN O’BRIEN's", .own) == ["SIOBHÁN O’BRIEN"])
        let brien = MentionFinder(PersonIdentifiers(names: [PersonName(last: "Brien", first: "Mary")]))
        #expect(Self.found(brien, "Ms O'Brien, Mary O'Brien", .own) == [])
    }

    @Test func `one character is a family name only as a word`() {
        let hayashi = MentionFinder(PersonIdentifiers(names: [PersonName(last: "林", first: "葵")]))
        #expect(Self.found(hayashi, "小林様、林様、小林 葵", .own) == ["林様"])
        #expect(Self.found(hayashi, "林業株式会社", .ownOrganisation) == [])
        #expect(Self.found(hayashi, "林商店", .ownOrganisation) == ["林"])
        #expect(Self.found(Self.mary, "Miller & Sons", .ownOrganisation) == ["Miller"])
        #expect(Self.found(Self.mary, "Millerson GmbH", .ownOrganisation) == [])
    }

    @Test func `a reading is found where it stands alone`() {
        #expect(KanaReading.find(in: "VIP。サトウ ケンイチ").map(\.start) == [4])
        #expect(KanaReading.find(in: "フリガナ：サトウ　ケンイチ（様）").map(\.end) == [13])
        #expect(KanaReading.find(in: "新しいコーヒー メーカーです").isEmpty)
    }
}
