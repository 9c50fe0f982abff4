import Foundation
import HTTPTypes
import Testing

struct SearchTests {
    @Test func `a search returns the fields asked for`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"Azumino Bakery"}"#)
            try await server.call(.post, "sobjects/Contact", #"{"LastName":"Azumino"}"#)
            let answer = try await server.call(
                .get, "search/?q=FIND+%7BAzumino%7D+IN+ALL+FIELDS+RETURNING+Account(Id,Name),Contact(Id)"
            )
            #expect(answer.status == 200, "\(answer.body)")
            let rows = answer.json["searchRecords"] as? [[String: Any]] ?? []
            let types = Set(rows.compactMap { ($0["attributes"] as? [String: Any])?["type"] as? String })
            #expect(types == ["Account", "Contact"])
            #expect(rows.contains { $0["Id"] as? String == account && $0["Name"] as? String == "Azumino Bakery" })
        }
    }

    @Test func `snippets and highlights mark what was searched, and show markup as text`() async throws {
        try await TestServer.run { server in
            let long =
                String(repeating: "前置き", count: 100) + "高橋様の荷物<b>parcel</b>です" + String(repeating: "あとがき", count: 100)
            try await server.call(
                .post, "sobjects/Case", "{\"Subject\":\"Parcel of 髙橋\",\"Description\":\"\(long)\"}")
            let find = "search?q=FIND+%7Bparcel+%E9%AB%98%E6%A9%8B%7D+RETURNING+Case(Id,Subject)+WITH+"
            let answer = try await server.call(.get, find + "SNIPPET(target_length%3D60)")
            #expect(answer.status == 200, "\(answer.body)")
            let row = (answer.json["searchRecords"] as? [[String: Any]])?.first
            #expect(row?["Subject"] as? String == "Parcel of 髙橋")
            #expect(row?["highlight.Subject"] as? String == "<mark>Parcel</mark> of <mark>髙橋</mark>")
            #expect(
                (row?["snippet.text"] as? String)?.contains("<mark>高橋</mark>様の荷物&lt;b&gt;<mark>parcel</mark>") == true)
            #expect((row?["snippet.text"] as? String)?.hasPrefix("...") == true)
            let highlighted = try await server.call(.get, find + "HIGHLIGHT")
            let other = (highlighted.json["searchRecords"] as? [[String: Any]])?.first
            #expect(other?["snippet.text"] == nil && other?["highlight.Subject"] != nil)
            // What a wildcard found is not marked.
            let wild = try await server.call(
                .get, "search?q=FIND+%7Bparc*%7D+RETURNING+Case(Id)+WITH+SNIPPET")
            #expect(wild.body.contains("snippet") == false)
        }
    }

    @Test func `nothing found is an empty list`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "search?q=FIND+%7Bnobody%7D")
            #expect(answer.body == #"{"searchRecords":[]}"#)
        }
    }

    @Test(arguments: ["FIND+%7Ba%7D", "FIND+%7Bx", "nothing", "FIND+%7B%7D", "FIND+%7B(((%7D"])
    func `a search that cannot be read is MALFORMED_SEARCH`(query: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "search?q=\(query)")
            #expect(answer.status == 400)
            #expect(answer.errorCode == "MALFORMED_SEARCH")
        }
    }
}
