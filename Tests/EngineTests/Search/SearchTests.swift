import AzukariTesting
import Engine
import Records
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
