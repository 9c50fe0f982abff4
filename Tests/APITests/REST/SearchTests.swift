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
