import HTTPTypes
import Testing

struct CollectionsTests {
    @Test func `good rows are kept and bad ones named, in order`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite/sobjects",
                #"{"allOrNone":false,"records":[{"attributes":{"type":"Account"},"Name":"S"},{"attributes":{"type":"Account"}}]}"#
            )
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.list[0]["success"] as? Bool == true)
            let error = (answer.list[1]["errors"] as? [[String: Any]])?.first
            #expect(error?["statusCode"] as? String == "REQUIRED_FIELD_MISSING")
            #expect(error?["fields"] as? [String] == ["Name"])
        }
    }

    @Test func `with allOrNone one bad row undoes all`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite/sobjects",
                #"{"allOrNone":true,"records":[{"attributes":{"type":"Account"},"Name":"Undone"},{"attributes":{"type":"Account"}}]}"#
            )
            let codes = answer.list.map { ($0["errors"] as? [[String: Any]])?.first?["statusCode"] as? String }
            #expect(codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"])
            let count = try await server.call(.get, "query?q=SELECT+COUNT()+FROM+Account")
            #expect(count.json["totalSize"] as? Int == 0)
        }
    }

    @Test func `rows are changed, read in order and deleted`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Account", #"{"Name":"S"}"#)
            let changed = try await server.call(
                .patch, "composite/sobjects",
                #"{"records":[{"attributes":{"type":"Account"},"id":"\#(id)","Site":"Tokyo"}]}"#
            )
            #expect(changed.list.first?["success"] as? Bool == true, "\(changed.body)")
            let read = try await server.call(
                .get, "composite/sobjects/Account?ids=001000000000000AAA,\(id),nothing&fields=Site"
            )
            #expect(read.body.hasPrefix("[null,{"))
            #expect(read.body.hasSuffix(#""Site":"Tokyo"},null]"#))
            let gone = try await server.call(.delete, "composite/sobjects?ids=\(id)&allOrNone=true")
            #expect(gone.body == #"[{"id":"\#(id)","success":true,"errors":[]}]"#)
        }
    }

    @Test(arguments: [
        (#"{"records":[{"Name":"x"}]}"#, "INVALID_FIELD"), (#"{"records":1}"#, "JSON_PARSER_ERROR"),
        (#"{"records":[{"attributes":{"type":"Nope"}}]}"#, "INVALID_TYPE"),
        (#"{"records":[{"attributes":{"type":"UserCredential"}}]}"#, "INVALID_TYPE"),
    ])
    func `a body that is no collection is refused`(body: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.post, "composite/sobjects", body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == code)
        }
    }

    @Test func `more than two hundred rows are too many`() async throws {
        try await TestServer.run { server in
            let rows = Array(repeating: #"{"attributes":{"type":"Account"},"Name":"x"}"#, count: 201)
            let answer = try await server.call(
                .post, "composite/sobjects", #"{"records":[\#(rows.joined(separator: ","))]}"#
            )
            #expect(answer.errorCode == "EXCEEDED_ID_LIMIT")
        }
    }
}
