import Foundation
import HTTPTypes
import Testing

struct QueryTests {
    @Test func `rows come in the order asked for, parents and children nested`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"Acme"}"#)
            try await server.call(.post, "sobjects/Contact", #"{"LastName":"B","AccountId":"\#(account)"}"#)
            try await server.call(.post, "sobjects/Contact", #"{"LastName":"A"}"#)
            let answer = try await server.call(
                .get, "query/?q=SELECT+LastName,Account.Name+FROM+Contact+ORDER+BY+LastName"
            )
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.headers[.contentType] == "application/json;charset=UTF-8")
            #expect(
                answer.body.hasPrefix(#"{"totalSize":2,"done":true,"records":[{"attributes":{"type":"Contact","url":""#)
            )
            #expect(answer.body.contains(#""LastName":"A","Account":null}"#))
            #expect(
                answer.body.contains(
                    #""Account":{"attributes":{"type":"Account","url":"/services/data/v59.0/sobjects/Account/\#(account)"},"Name":"Acme"}"#
                ))
            let children = try await server.call(
                .get, "query?q=SELECT+Name,(SELECT+LastName+FROM+Contacts),(SELECT+Id+FROM+Cases)+FROM+Account"
            )
            let row = try #require(children.records.first)
            #expect((row["Contacts"] as? [String: Any])?["totalSize"] as? Int == 1)
            #expect(children.body.contains(#""Cases":null"#))
        }
    }

    @Test func `pages follow each other to the last`() async throws {
        try await TestServer.run { server in
            let rows = (0..<150).map { #"{"attributes":{"type":"Contact"},"LastName":"P\#(1000 + $0)"}"# }
            for _ in 0..<3 {
                try await server.call(.post, "composite/sobjects", #"{"records":[\#(rows.joined(separator: ","))]}"#)
            }
            var names: [String] = []
            var path: String? = "query?q=SELECT+LastName+FROM+Contact+ORDER+BY+LastName"
            var sizes: [Int] = []
            while let next = path {
                let page = try await server.call(.get, next, headers: [.init("Sforce-Query-Options")!: "batchSize=200"])
                #expect(page.json["totalSize"] as? Int == 450)
                sizes.append(page.records.count)
                names += page.records.compactMap { $0["LastName"] as? String }
                path = (page.json["nextRecordsUrl"] as? String).map {
                    String($0.dropFirst("/services/data/v59.0/".count))
                }
                #expect(page.json["done"] as? Bool == (path == nil))
            }
            #expect(sizes == [200, 200, 50])
            #expect(names == names.sorted())
        }
    }

    @Test(arguments: [
        ("SELEC Id FROM Contact", "MALFORMED_QUERY"), ("SELECT Nope FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Nope", "INVALID_TYPE"), ("SELECT PasswordHash FROM UserCredential", "INVALID_TYPE"),
    ])
    func `a bad query is refused with the platform's code`(soql: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "query?q=\(soql.replacingOccurrences(of: " ", with: "+"))")
            #expect(answer.status == 400)
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }

    @Test func `a query without q and a locator that was never given are refused`() async throws {
        try await TestServer.run { server in
            let bare = try await server.call(.get, "query")
            #expect(bare.errorCode == "MISSING_ARGUMENT")
            for locator in ["01g000000000001AAA-2000", "x"] {
                let answer = try await server.call(.get, "query/\(locator)")
                #expect(answer.errorCode == "INVALID_QUERY_LOCATOR")
            }
        }
    }

    @Test func `queryAll sees the bin and a count has no records`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"Gone"}"#)
            try await server.call(.delete, "sobjects/Contact/\(id)")
            let without = try await server.call(.get, "query?q=SELECT+COUNT()+FROM+Contact")
            #expect(without.body == #"{"totalSize":0,"done":true,"records":[]}"#)
            let with = try await server.call(.get, "queryAll/?q=SELECT+Id,IsDeleted+FROM+Contact")
            #expect(with.records.first?["IsDeleted"] as? Bool == true)
        }
    }

    @Test func `an aggregate is named and has no address`() async throws {
        try await TestServer.run { server in
            try await server.call(.post, "sobjects/Contact", #"{"LastName":"A"}"#)
            let answer = try await server.call(.get, "query?q=SELECT+COUNT(Id)+n,MAX(LastName)+FROM+Contact")
            #expect(
                answer.body
                    == #"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"AggregateResult"},"n":1,"expr0":"A"}]}"#
            )
        }
    }

    @Test func `indented when asked for`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .get, "query?q=SELECT+COUNT()+FROM+Contact", headers: [.init("X-PrettyPrint")!: "1"]
            )
            #expect(answer.body.contains("\n  \"totalSize\": 0"))
        }
    }
}
