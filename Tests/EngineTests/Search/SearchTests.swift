import AzukariTesting
import Engine
import Records
import SOQL
import Testing

struct SearchTests {
    private func company(_ session: Session) async throws {
        try await session.make(
            "Contact",
            [
                "LastName": "髙橋", "FirstName": "さくら", "Email": "sakura.1@example.jp", "MobilePhone": "090-1234-5678",
                "Description": "VIP。タカハシ サクラ",
            ]
        )
        try await session.make(
            "Contact", ["LastName": "O’Brien", "FirstName": "Siobhán", "Phone": "+1 (555) 0100-1234"])
        try await session.make("Account", ["Name": "高橋商店"])
        try await session.make("Case", ["Subject": "お問い合わせ", "Description": "高橋様よりお電話。ルーター"])
    }

    @Test(arguments: [
        ("高橋", ["Account", "Case", "Contact"]), ("髙橋さくら", ["Contact"]), ("たかはし", ["Contact"]), ("ﾀｶﾊｼ", ["Contact"]),
        ("ルータ", ["Case"]), ("るーたー", ["Case"]), ("09012345678", ["Contact"]), ("sakura.1@example.jp", ["Contact"]),
        ("SAKURA", ["Contact"]), ("o'brien", ["Contact"]), ("siob", ["Contact"]), ("高橋 ルーター", ["Case"]), ("鈴木", []),
    ])
    func `a text is found in any width, case and kana`(text: String, objects: [String]) async throws {
        try await Writing.withSession { session, _ in
            try await company(session)
            #expect(try await session.search(text, in: nil, limit: 5).map(\.object).sorted() == objects)
        }
    }

    @Test(
        arguments: [
            ("siob*", .all, ["Contact"]), ("si?bhán", .all, ["Contact"]), ("o'br*n", .all, ["Contact"]),
            ("si?bh", .all, []), ("高橋*", .all, ["Account", "Case", "Contact"]), ("ﾙｰ*ｰ", .all, ["Case"]),
            ("高橋 AND NOT ルーター", .all, ["Account", "Contact"]), ("高橋 AND NOT 高*", .all, nil),
            ("\"タカハシ サクラ\"", .all, ["Contact"]), ("\"サクラ タカハシ\"", .all, []), ("\"高橋 商店\"", .all, ["Account"]),
            ("\"example jp\"", .all, ["Contact"]), ("\"example j\"", .all, []), ("\"siobhán o'brien\"", .all, []),
            ("\"09012345678\"", .all, ["Contact"]), ("\"\\+81 90 1234 5678\"", .phone, ["Contact"]),
            ("\"090 1234 9999\"", .all, []), ("\"？！\"", .all, nil),
            ("sakura* OR 商店", .all, ["Account", "Contact"]), ("(sakura OR siobhán) AND 高橋", .all, ["Contact"]),
            ("s?ob", .all, nil), ("*ra", .all, nil), ("？！", .all, nil),
            ("高橋", .name, ["Account", "Contact"]), ("高橋", .email, []), ("sakura", .email, ["Contact"]),
            ("sakura", .name, []), ("09012345678", .phone, ["Contact"]), ("09012345678", .name, []),
            ("ルーター", .sidebar, []), ("sakura", .sidebar, ["Contact"]),
        ] as [(String, SearchGroup, [String]?)])
    func `a SOSL term finds what it describes in its group of fields`(
        term: String, group: SearchGroup, objects: [String]?
    ) async throws {
        try await Writing.withSession { session, _ in
            try await company(session)
            let expression = try SearchExpression(parsing: term)
            guard let objects else {
                await #expect(throws: PlatformError(.invalidSearch, "")) {
                    try await session.search(expression, in: nil, group, limit: 5)
                }
                return
            }
            #expect(try await session.search(expression, in: nil, group, limit: 5).map(\.object).sorted() == objects)
        }
    }

    @Test func `a SOSL term of too many combinations is refused`() async throws {
        try await Writing.withSession { session, _ in
            let sum = "(\((0..<9).map { "a\($0)" }.joined(separator: " OR ")))"
            let wide = try SearchExpression(parsing: "\(sum) AND \(sum)")
            await #expect(throws: PlatformError(.invalidSearch, "")) {
                try await session.search(wide, in: nil, .all, limit: 5)
            }
            let narrow = try SearchExpression(parsing: "\(sum) AND aa")
            #expect(try await session.search(narrow, in: nil, .all, limit: 5).isEmpty)
        }
    }

    @Test func `hits follow changes, and name what holds the text`() async throws {
        try await Writing.withSession { session, _ in
            let id = try await session.make("Contact", ["LastName": "Fischer", "Title": "Engineer"])
            let hit = try #require(try await session.search("engineer", in: ["Contact"], limit: 5).first)
            #expect(hit.id == id)
            #expect(hit.name == "Fischer")
            #expect(hit.snippets.map(\.field) == ["Title"])
            _ = try await session.update(Batch("Contact", ["Id": .id(id), "Title": "Owner"]), onFailure: .rollbackAll)
            #expect(try await session.search("engineer", in: nil, limit: 5).isEmpty)
            #expect(try await session.search("owner", in: nil, limit: 5).map(\.id) == [id])
        }
    }

    @Test func `each object has its own limit, the latest first`() async throws {
        try await Writing.withSession { session, _ in
            var ids: [RecordID] = []
            for number in 0..<6 {
                ids.append(try await session.make("Contact", ["LastName": .text("Smith \(number)")]))
            }
            try await session.make("Account", ["Name": "Smith & Sons"])
            let hits = try await session.search("smith", in: ["Contact", "Account"], limit: 3)
            #expect(hits.map(\.object) == ["Contact", "Contact", "Contact", "Account"])
            #expect(hits.prefix(3).map(\.id) == ids.suffix(3).reversed())
        }
    }

    @Test func `a search without a letter is refused`() async throws {
        try await Writing.withSession { session, _ in
            await #expect(throws: PlatformError(.invalidSearch, "")) {
                try await session.search(" 、。", in: nil, limit: 5)
            }
        }
    }
}
