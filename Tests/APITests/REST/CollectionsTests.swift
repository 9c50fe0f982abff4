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

    @Test func `rows with other fields than their neighbours are written together, and what one lacks stays`()
        async throws
    {
        try await TestServer.run { server in
            let rows = #"""
                {"attributes":{"type":"Contact"},"LastName":"A","Phone":"1","Department":"Sales"},
                {"attributes":{"type":"Contact"},"lastname":"B","Title":"Engineer"},
                {"attributes":{"type":"Contact"},"LastName":"C","Nope__c":"x"},
                {"attributes":{"type":"Contact"},"Phone":"4"},
                {"attributes":{"type":"Contact"},"LastName":"E"}
                """#
            let answer = try await server.call(.post, "composite/sobjects", #"{"records":[\#(rows)]}"#)
            // One that names what is no field refuses the call, as before.
            #expect(answer.errorCode == "INVALID_FIELD")
            let good = rows.replacing(#","Nope__c":"x""#, with: "")
            let made = try await server.call(.post, "composite/sobjects", #"{"records":[\#(good)]}"#)
            #expect(made.list.map { $0["success"] as? Bool } == [true, true, true, false, true], "\(made.body)")
            let ids = made.list.map { $0["id"] as? String ?? "" }
            let changed = try await server.call(
                .patch, "composite/sobjects",
                #"""
                {"allOrNone":true,"records":[
                {"attributes":{"type":"Contact"},"Id":"\#(ids[0])","Phone":null},
                {"attributes":{"type":"Contact"},"Id":"\#(ids[1])","Department":"Support"},
                {"attributes":{"type":"Contact"},"Department":"Desk","Id":"\#(ids[2])"}]}
                """#)
            #expect(changed.list.allSatisfy { $0["success"] as? Bool == true }, "\(changed.body)")
            let read = try await server.call(
                .get,
                "composite/sobjects/Contact?ids=\(ids[0]),\(ids[1]),\(ids[2])&fields=LastName,Phone,Title,Department,DoNotCall"
            )
            let shown = read.list.map { row in
                ["LastName", "Phone", "Title", "Department"].map { row[$0] as? String ?? "-" }.joined(separator: " ")
            }
            #expect(shown == ["A - - Sales", "B - Engineer Support", "C - - Desk"])
            // What a new row lacks has its default.
            #expect(read.list.allSatisfy { $0["DoNotCall"] as? Bool == false })
        }
    }

    @Test func `what many rows brought is found by a search at once, and no more when it is deleted`() async throws {
        try await TestServer.run { server in
            let rows = (0..<40).map { #"{"attributes":{"type":"Contact"},"LastName":"Kumquat \#($0)"}"# }
            let made = try await server.call(
                .post, "composite/sobjects", #"{"records":[\#(rows.joined(separator: ","))]}"#)
            let ids = made.list.compactMap { $0["id"] as? String }
            #expect(ids.count == 40)
            _ = try await server.call(.patch, "sobjects/Contact/\(ids[0])", #"{"LastName":"Quince"}"#)
            _ = try await server.call(.delete, "sobjects/Contact/\(ids[1])")
            func found(_ text: String) async throws -> Int {
                let answer = try await server.call(.get, "search?q=FIND+%7B\(text)%7D+RETURNING+Contact(Id)")
                return (answer.json["searchRecords"] as? [Any])?.count ?? -1
            }
            #expect(try await found("Kumquat") == 38)
            #expect(try await found("Quince") == 1)
            let more = try await server.call(
                .post, "composite/sobjects", #"{"records":[\#(rows.joined(separator: ","))]}"#)
            #expect(more.list.count == 40)
            #expect(try await found("Kumquat") == 78)
        }
    }

    @Test(arguments: ["", ".", "Account.", "..Name"])
    func `what is no name of a field is refused`(field: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(
                .post, "composite/sobjects/Contact", #"{"ids":["003000000000001AAA"],"fields":["\#(field)"]}"#)
            #expect(answer.status == 400)
            #expect(answer.errorCode == "INVALID_FIELD")
        }
    }

    @Test(arguments: [
        (#"{"records":[{"Name":"x"}]}"#, "INVALID_FIELD"), (#"{"records":1}"#, "JSON_PARSER_ERROR"),
        (#"{"records":[],"allOrNone":"yes"}"#, "JSON_PARSER_ERROR"),
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
