import HTTPTypes
import Identity
import Testing

struct CompositeTests {
    private static let accounts = "query?q=SELECT+COUNT()+FROM+Account"

    private func step(_ method: String, _ path: String, _ reference: String, _ body: String? = nil) -> String {
        let body = body.map { #","body":\#($0)"# } ?? ""
        return #"{"method":"\#(method)","url":"/services/data/v59.0/\#(path)","referenceId":"\#(reference)"\#(body)}"#
    }

    private func composite(_ steps: [String], allOrNone: Bool) -> String {
        #"{"allOrNone":\#(allOrNone),"compositeRequest":[\#(steps.joined(separator: ","))]}"#
    }

    private func codes(_ answer: Answer) -> [Int] {
        (answer.json["compositeResponse"] as? [[String: Any]])?.compactMap { $0["httpStatusCode"] as? Int } ?? []
    }

    private func code(_ answer: Answer, _ place: Int) -> String? {
        let part = (answer.json["compositeResponse"] as? [[String: Any]])?[place]
        return (part?["body"] as? [[String: Any]])?.first?["errorCode"] as? String
    }

    @Test(arguments: [true, false])
    func `later calls take ids from earlier ones and read what was written`(allOrNone: Bool) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite",
                composite(
                    [
                        step("POST", "sobjects/Account", "a", #"{"Name":"C"}"#),
                        step("POST", "sobjects/Contact", "c", #"{"LastName":"C","AccountId":"@{a.id}"}"#),
                        step("GET", "sobjects/Contact/@{c.id}?fields=AccountId", "g"),
                        step("GET", "query?q=SELECT+Id,Name+FROM+Account+WHERE+Id='@{g.AccountId}'", "q"),
                        step("PATCH", "sobjects/Account/@{q.records[0].Id}", "p", #"{"Site":"@{q.records[0].Name}!"}"#),
                        step("DELETE", "sobjects/Contact/%40%7Bc.id%7D", "d"),
                    ], allOrNone: allOrNone))
            #expect(codes(answer) == [201, 201, 200, 200, 204, 204], "\(answer.body)")
            let parts = try #require(answer.json["compositeResponse"] as? [[String: Any]])
            let id = try #require((parts[0]["body"] as? [String: Any])?["id"] as? String)
            #expect((parts[0]["httpHeaders"] as? [String: String])?["Location"]?.hasSuffix(id) == true)
            #expect(parts[4]["body"] as? String == nil)
            let row = try await server.call(.get, "sobjects/Account/\(id)?fields=Site")
            #expect(row.json["Site"] as? String == "C!")
        }
    }

    @Test func `with allOrNone a failure undoes what was before it, and halts the rest`() async throws {
        try await TestServer.run { server in
            let steps = [
                step("POST", "sobjects/Account", "a", #"{"Name":"Undone"}"#),
                step("POST", "sobjects/Contact", "c", #"{"FirstName":"x","AccountId":"@{a.id}"}"#),
                step("POST", "sobjects/Account", "b", #"{"Name":"Never"}"#),
            ]
            let answer = try await server.call(.post, "composite", composite(steps, allOrNone: true))
            #expect(answer.status == 200)
            #expect(codes(answer) == [400, 400, 400])
            #expect(
                (0..<3).map { code(answer, $0) } == [
                    "PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED",
                ])
            #expect(try await server.call(.get, Self.accounts).json["totalSize"] as? Int == 0)
            // Ids and the change log go on behind a transaction that was undone.
            let again = try await server.call(.post, "composite", composite(steps, allOrNone: false))
            #expect(codes(again) == [201, 400, 201])
            #expect(try await server.call(.get, Self.accounts).json["totalSize"] as? Int == 2)
        }
    }

    @Test func `a reference that leads nowhere halts its call alone`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite",
                composite(
                    [
                        step("GET", "sobjects/Contact/@{later.id}", "a"),
                        step("POST", "sobjects/Account", "later", #"{"Name":"L"}"#),
                        step("GET", "sobjects/Account/@{later.Nope}", "b"),
                        step("GET", "sobjects/Account/@{later.id", "c"),
                        step("GET", "sobjects/Account/@{later.errors[0]}", "d"),
                    ], allOrNone: false))
            #expect(codes(answer) == [400, 201, 400, 400, 400], "\(answer.body)")
            #expect(code(answer, 0) == "PROCESSING_HALTED")
            #expect(code(answer, 4) == "PROCESSING_HALTED")
        }
    }

    @Test func `a value with quotes and blanks is escaped where it is filled in`() async throws {
        try await TestServer.run { server in
            let name = #"O \"B\" & <c> ?#/ 日本"#
            let answer = try await server.call(
                .post, "composite",
                composite(
                    [
                        step("POST", "sobjects/Account", "a", #"{"Name":"\#(name)","Site":"x"}"#),
                        step("GET", "sobjects/Account/@{a.id}?fields=Name", "g"),
                        step("GET", "query?q=SELECT+Site+FROM+Account+WHERE+Name='@{g.Name}'", "q"),
                        step("POST", "sobjects/Account", "b", #"{"Name":"@{g.Name}"}"#),
                    ], allOrNone: true))
            #expect(codes(answer) == [201, 200, 200, 201], "\(answer.body)")
        }
    }

    @Test(arguments: [
        ("[]", "INVALID_INPUT"),
        (#"[{"method":"GET","url":"/services/data/v59.0/limits","referenceId":"1a"}]"#, "INVALID_INPUT"),
        (#"[{"method":"TRACE","url":"/services/data/v59.0/query","referenceId":"a"}]"#, "INVALID_INPUT"),
        (#"[{"method":"GET","referenceId":"a"}]"#, "INVALID_INPUT"), ("3", "INVALID_INPUT"),
        (
            "[" + Array(repeating: #"{"method":"GET","url":"x","referenceId":"a"}"#, count: 2).joined(separator: ",")
                + "]",
            "INVALID_INPUT"
        ),
        (
            "["
                + (0..<26).map { #"{"method":"GET","url":"/services/data/v59.0/sobjects","referenceId":"a\#($0)"}"# }
                .joined(separator: ",") + "]", "OPERATION_TOO_LARGE"
        ),
        (
            "["
                + (0..<6).map { #"{"method":"GET","url":"/services/data/v59.0/query?q=x","referenceId":"a\#($0)"}"# }
                .joined(separator: ",") + "]", "OPERATION_TOO_LARGE"
        ),
    ])
    func `an envelope that is none is refused`(requests: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.post, "composite", #"{"compositeRequest":\#(requests)}"#)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }

    @Test(arguments: [
        "/services/data/v59.0/composite/batch", "/services/data/v59.0/composite", "/services/oauth2/userinfo",
        "/services/data/v59.0/limits", "https://example.com/", "/services/data/v59.0/../../../id/x/y",
        "/services/data/v59.0/sobjects/Account\\r\\nX: y",
    ])
    func `what takes no part in a transaction cannot be asked for`(url: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite", #"{"compositeRequest":[{"method":"GET","url":"\#(url)","referenceId":"a"}]}"#)
            let status = try #require(codes(answer).first)
            #expect((400..<500).contains(status), "\(answer.body)")
        }
    }

    @Test func `a file is not fetched inside another call`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"A"}"#)
            let file = try await server.make(
                "Attachment", #"{"ParentId":"\#(account)","Name":"x","ContentType":"text/plain","Body":"eA=="}"#)
            let row = try await server.call(.get, "sobjects/Attachment/\(file)")
            #expect(row.json["BodyLength"] as? Int == 1, "\(row.body)")
            let answer = try await server.call(
                .post, "composite", composite([step("GET", "sobjects/Attachment/\(file)/Body", "f")], allOrNone: false))
            #expect(code(answer, 0) == "INVALID_INPUT", "\(answer.body)")
        }
    }

    @Test func `a subrequest carries nobody else's name`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite",
                #"{"compositeRequest":[{"method":"GET","url":"/services/data/v59.0/query?q=SELECT+Id+FROM+User","referenceId":"a","httpHeaders":{"Authorization":"Bearer x"}}]}"#
            )
            #expect(code(answer, 0) == "INVALID_INPUT")
        }
    }

    @Test func `a batch answers each call, or halts behind an error`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Account", #"{"Name":"B"}"#)
            func batch(_ halts: Bool) -> String {
                #"{"haltOnError":\#(halts),"batchRequests":[{"method":"GET","url":"v59.0/sobjects/Account/\#(id)?fields=Name"},{"method":"GET","url":"v59.0/sobjects/Nope"},{"method":"PATCH","url":"/services/data/v59.0/sobjects/Account/\#(id)","richInput":{"Site":"S"}}]}"#
            }
            for (halts, status) in [(true, 412), (false, 204)] {
                let answer = try await server.call(.post, "composite/batch", batch(halts))
                #expect(answer.json["hasErrors"] as? Bool == true)
                let results = try #require(answer.json["results"] as? [[String: Any]])
                #expect(results.compactMap { $0["statusCode"] as? Int } == [200, 404, status])
                #expect((results[0]["result"] as? [String: Any])?["Name"] as? String == "B")
                if halts {
                    let error = (results[2]["result"] as? [[String: Any]])?.first
                    #expect(error?["errorCode"] as? String == "BATCH_PROCESSING_HALTED")
                }
            }
            #expect(try await server.call(.get, "sobjects/Account/\(id)").json["Site"] as? String == "S")
        }
    }

    @Test func `a tree is made with its children, or not at all`() async throws {
        try await TestServer.run { server in
            func tree(_ last: String) -> String {
                #"{"records":[{"attributes":{"type":"Account","referenceId":"r1"},"Name":"T","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"r2"},"LastName":"One"},{"attributes":{"type":"Contact","referenceId":"r3"}\#(last),"Cases":{"records":[{"attributes":{"type":"Case","referenceId":"r4"},"Subject":"s"}]}}]}}]}"#
            }
            let bad = try await server.call(.post, "composite/tree/Account", tree(""))
            #expect(bad.status == 400)
            #expect(bad.json["hasErrors"] as? Bool == true)
            let results = try #require(bad.json["results"] as? [[String: Any]])
            #expect(results.compactMap { $0["referenceId"] as? String } == ["r3"])
            #expect(
                (results[0]["errors"] as? [[String: Any]])?.first?["statusCode"] as? String == "REQUIRED_FIELD_MISSING")
            #expect(try await server.call(.get, Self.accounts).json["totalSize"] as? Int == 0)

            let good = try await server.call(.post, "composite/tree/Account/", tree(#","LastName":"Two""#))
            #expect(good.status == 201, "\(good.body)")
            let made = try #require(good.json["results"] as? [[String: String]])
            #expect(made.compactMap { $0["referenceId"] } == ["r1", "r2", "r3", "r4"])
            let rows = try await server.call(.get, "query?q=SELECT+Contact.LastName,Contact.Account.Name+FROM+Case")
            #expect(rows.body.contains(#""LastName":"Two""#) && rows.body.contains(#""Name":"T""#), "\(rows.body)")
        }
    }

    @Test(arguments: [
        (#"{"attributes":{"type":"Account"},"Name":"x"}"#, "INVALID_INPUT"), ("4", "JSON_PARSER_ERROR"),
        (
            #"{"attributes":{"referenceId":"r"},"Name":"x","Contacts":{"records":[{"attributes":{"referenceId":"s"},"LastName":"y","Nopes":{"records":[]}}]}}"#,
            "JSON_PARSER_ERROR"
        ), (#"{"attributes":{"type":"Contact","referenceId":"r"},"Name":"x"}"#, "INVALID_INPUT"),
        (
            #"{"attributes":{"referenceId":"r"},"Name":"x","Contacts":{"records":[{"attributes":{"referenceId":"r"},"LastName":"y"}]}}"#,
            "INVALID_INPUT"
        ),
    ])
    func `a tree that is none is refused`(record: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.post, "composite/tree/Account", #"{"records":[\#(record)]}"#)
            #expect(answer.status == 400)
            #expect(answer.body.contains(code), "\(answer.body)")
        }
    }

    @Test func `each graph is a transaction of its own`() async throws {
        try await TestServer.run { server in
            func graph(_ id: String, _ body: String) -> String {
                let steps = [
                    step("POST", "sobjects/Account", "first", #"{"Name":"\#(id)"}"#),
                    step("POST", "sobjects/Account", "a", body),
                ]
                return #"{"graphId":"\#(id)","compositeRequest":[\#(steps.joined(separator: ","))]}"#
            }
            let answer = try await server.call(
                .post, "composite/graph", #"{"graphs":[\#(graph("good", #"{"Name":"G"}"#)),\#(graph("bad", "{}"))]}"#)
            let graphs = try #require(answer.json["graphs"] as? [[String: Any]])
            #expect(graphs.compactMap { $0["isSuccessful"] as? Bool } == [true, false], "\(answer.body)")
            #expect(try await server.call(.get, Self.accounts).json["totalSize"] as? Int == 2)
        }
    }

    @Test func `all records of a collection are one, whatever their objects`() async throws {
        try await TestServer.run { server in
            func records(_ last: String) -> String {
                #"{"allOrNone":true,"records":[{"attributes":{"type":"Account"},"Name":"A"},{"attributes":{"type":"Contact"},"LastName":"B"},{"attributes":{"type":"Account"},"Site":"x"\#(last)}]}"#
            }
            let undone = try await server.call(.post, "composite/sobjects", records(""))
            let codes = undone.list.map { ($0["errors"] as? [[String: Any]])?.first?["statusCode"] as? String }
            #expect(
                codes == [
                    "ALL_OR_NONE_OPERATION_ROLLED_BACK", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING",
                ], "\(undone.body)")
            #expect(try await server.call(.get, Self.accounts).json["totalSize"] as? Int == 0)
            let kept = try await server.call(.post, "composite/sobjects", records(#","Name":"C""#))
            #expect(kept.list.allSatisfy { $0["success"] as? Bool == true }, "\(kept.body)")
        }
    }

    @Test func `an agent's transaction shows and writes what the agent may`() async throws {
        try await TestServer.run { server in
            let grant = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"]))
            let answer = try await server.call(
                .post, "composite",
                composite(
                    [
                        step("POST", "sobjects/Account", "a", #"{"Name":"mine"}"#),
                        step("POST", "sobjects/PermissionSet", "p", #"{"Name":"x","Label":"x"}"#),
                    ], allOrNone: true), token: grant.token)
            #expect(codes(answer).allSatisfy { $0 >= 400 }, "\(answer.body)")
            #expect(code(answer, 0) == "PROCESSING_HALTED")
        }
    }
}
