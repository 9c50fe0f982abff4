import Foundation
import HTTPTypes
import HummingbirdTesting
import Identity
import Testing

struct RowsTests {
    @Test func `a row is made, read, changed and deleted`() async throws {
        try await TestServer.run { server in
            let made = try await server.call(
                .post, "sobjects/Contact/",
                #"{"LastName":"山田","FirstName":"太郎","HasOptedOutOfEmail":true,"Birthdate":"1980-02-29","Description":"\" and \\ and\nlines 🙂"}"#
            )
            #expect(made.status == 201, "\(made.body)")
            let id = try #require(made.json["id"] as? String)
            #expect(made.body == #"{"id":"\#(id)","success":true,"errors":[]}"#)
            #expect(made.headers[.location] == "/services/data/v59.0/sobjects/Contact/\(id)")

            let read = try await server.call(.get, "sobjects/Contact/\(id.prefix(15))")
            #expect(read.status == 200)
            #expect(read.json["Id"] as? String == id)
            #expect(read.json["Name"] as? String == "山田 太郎")
            #expect(read.json["HasOptedOutOfEmail"] as? Bool == true)
            #expect(read.json["Birthdate"] as? String == "1980-02-29")
            #expect(read.json["Description"] as? String == "\" and \\ and\nlines 🙂")
            #expect((read.json["CreatedDate"] as? String)?.hasSuffix("+0000") == true)
            let attributes = read.json["attributes"] as? [String: String]
            #expect(attributes == ["type": "Contact", "url": "/services/data/v59.0/sobjects/Contact/\(id)"])

            let changed = try await server.call(
                .patch, "sobjects/Contact/\(id)", #"{"Phone":"+81-3-0000-0000","FirstName":null}"#)
            #expect(changed.status == 204 && changed.body.isEmpty)
            let some = try await server.call(.get, "sobjects/Contact/\(id)?fields=Phone,FirstName")
            #expect(some.json["Phone"] as? String == "+81-3-0000-0000")
            #expect(some.json["LastName"] == nil)

            #expect(try await server.call(.delete, "sobjects/Contact/\(id)").status == 204)
            let gone = try await server.call(.get, "sobjects/Contact/\(id)")
            #expect(gone.status == 404)
            #expect(gone.errorCode == "ENTITY_IS_DELETED")
            let again = try await server.call(.delete, "sobjects/Contact/\(id)")
            #expect(again.status == 404)
        }
    }

    @Test func `a change for an older state of a row is refused with 412`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"a"}"#)
            let path = "sobjects/Contact/\(id)"
            for old in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
                let since: HTTPFields = [.ifUnmodifiedSince: old]
                let refused = try await server.call(.patch, path, #"{"LastName":"b"}"#, headers: since)
                #expect(refused.status == 412 && refused.errorCode == "PRECONDITION_FAILED", "\(old)")
                #expect(try await server.call(.delete, path, headers: since).status == 412)
            }
            #expect(try await server.call(.get, path).json["LastName"] as? String == "a")
            for harmless in ["Sun, 06 Nov 2094 08:49:37 GMT", "yesterday"] {
                let since: HTTPFields = [.ifUnmodifiedSince: harmless]
                #expect(try await server.call(.patch, path, #"{"LastName":"b"}"#, headers: since).status == 204)
            }
            #expect(
                try await server.call(.delete, path, headers: [.ifUnmodifiedSince: "Sun, 06 Nov 2094 08:49:37 GMT"])
                    .status == 204)
        }
    }

    @Test func `a row and the rows of a query are indented when asked for`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"a, {\"b\": 1}","MailingCity":"Berlin"}"#)
            let pretty: HTTPFields = [.init("X-PrettyPrint")!: "1"]
            for path in ["sobjects/Contact/\(id)", "query?q=SELECT+LastName,MailingAddress+FROM+Contact"] {
                let (compact, indented) = (
                    try await server.call(.get, path), try await server.call(.get, path, headers: pretty)
                )
                #expect(indented.body.contains(#""LastName": "a, {\"b\": 1}""#), "\(indented.body)")
                #expect(NSDictionary(dictionary: compact.json) == NSDictionary(dictionary: indented.json))
                #expect(!compact.json.isEmpty && !compact.body.contains("\n"))
            }
        }
    }

    @Test func `a row is the same by the short way and by the long`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"山田","MailingCity":"大阪","DoNotCall":true}"#)
            // An escape in the path is for the router to read.
            for end in ["", "?fields=LastName,DoNotCall", "?fields=%4CastName"] {
                let short = try await server.call(.get, "sobjects/Contact/\(id)\(end)")
                let long = try await server.call(.get, "sobjects/Con%74act/\(id)\(end)")
                #expect(short.status == 200 && short.body == long.body, "\(short.body) \(long.body)")
                #expect(short.headers[.contentType] == long.headers[.contentType])
            }
            for path in [
                "sobjects/Contact/003000000000ZZZAAA", "sobjects/Nothing/\(id)", "sobjects/Case/\(id)",
                "sobjects/Contact/\(id)?fields=Nothing", "sobjects/Contact/\(id)?fields=Account.Name",
                "sobjects/Contact/00300000000000!", "sobjects/Contact/\(id)?fields=%zz",
            ] {
                let short = try await server.call(.get, path)
                let long = try await server.call(
                    .get, path.replacing("sobjects/C", with: "sobjects/%43").replacing("/No", with: "/%4Eo"))
                #expect(short.status >= 400 && short.status == long.status && short.body == long.body, "\(path)")
            }
            let retired = try await server.call(.get, "sobjects/Contact/\(id)", version: "20.0")
            #expect(retired.status >= 400)
            let stranger = try await server.call(.get, "sobjects/Contact/\(id)", token: "nobody's")
            #expect(stranger.status == 401)
        }
    }

    @Test func `of two credentials none counts`() async throws {
        try await TestServer.run { server in
            var headers: HTTPFields = [.authorization: "Bearer \(server.token)"]
            let path = "/services/data/v59.0/sobjects"
            let one = try await server.client.execute(uri: path, method: .get, headers: headers)
            headers.append(HTTPField(name: .authorization, value: "Bearer \(server.token)"))
            let two = try await server.client.execute(uri: path, method: .get, headers: headers)
            #expect(one.status == .ok && two.status == .unauthorized)
        }
    }

    @Test(arguments: [
        (#"{"FirstName":"x"}"#, "REQUIRED_FIELD_MISSING"), (#"{"LastName":"x","Nope__c":1}"#, "INVALID_FIELD"),
        (#"{"LastName":"x","Email":"not a mail"}"#, "INVALID_EMAIL_ADDRESS"), ("[]", "JSON_PARSER_ERROR"),
        ("{", "JSON_PARSER_ERROR"), ("", "JSON_PARSER_ERROR"), (#"{"LastName":["x"]}"#, "JSON_PARSER_ERROR"),
        (#"{"LastName":{"a":"x"}}"#, "JSON_PARSER_ERROR"), (#"{"LastName":"x","Id":"003"}"#, "INVALID_FIELD"),
        (#"{"LastName":"\#(String(repeating: "x", count: 81))"}"#, "STRING_TOO_LONG"),
    ])
    func `a bad row is refused with the platform's code`(body: String, code: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.post, "sobjects/Contact", body)
            #expect(answer.status == 400, "\(answer.body)")
            #expect(answer.errorCode == code, "\(answer.body)")
        }
    }

    @Test(arguments: [
        "sobjects/Nope", "sobjects/Nope/003000000000001AAA", "sobjects/Contact/nothing",
        "sobjects/Contact/001000000000001AAA", "sobjects/Contact/003000000000099AAA", "sobjects/UserCredential",
        "sobjects/AccessSession", "sobjects/Contact/Nope__c/1", "sobjects/Contact/LastName/Sato",
    ])
    func `what is not there is 404`(path: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, path)
            #expect(answer.status == 404, "\(answer.body)")
            #expect(answer.errorCode == "NOT_FOUND")
        }
    }

    @Test func `an unknown field asked for is INVALID_FIELD`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"Sato"}"#)
            let answer = try await server.call(.get, "sobjects/Contact/\(id)?fields=Nope__c")
            #expect(answer.status == 400)
            #expect(answer.errorCode == "INVALID_FIELD")
        }
    }

    @Test func `a parent and the children are reached by their relation`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"Acme"}"#)
            let contact = try await server.make("Contact", #"{"LastName":"Sato","AccountId":"\#(account)"}"#)
            let parent = try await server.call(.get, "sobjects/Contact/\(contact)/Account?fields=Name")
            #expect(parent.json["Name"] as? String == "Acme")
            let children = try await server.call(.get, "sobjects/Account/\(account)/Contacts?fields=LastName")
            #expect(children.json["totalSize"] as? Int == 1)
            #expect(children.records.first?["LastName"] as? String == "Sato")
            #expect(try await server.call(.get, "sobjects/Contact/\(contact)/Nope").status == 404)
        }
    }

    @Test func `a blob is read by its own path, and never as a page`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"Acme"}"#)
            let id = try await server.make(
                "Attachment",
                #"{"ParentId":"\#(account)","Name":"x.txt","ContentType":"text/plain","Body":"aGVsbG8="}"#
            )
            let row = try await server.call(.get, "sobjects/Attachment/\(id)?fields=Body")
            #expect(row.json["Body"] as? String == "/services/data/v59.0/sobjects/Attachment/\(id)/Body")
            let blob = try await server.call(.get, "sobjects/Attachment/\(id)/Body")
            #expect(blob.body == "hello")
            #expect(blob.headers[.contentType] == "text/plain")
            #expect(blob.headers[.contentDisposition] == "attachment")
        }
    }

    @Test func `an agent may not delete a person`() async throws {
        try await TestServer.run { server in
            let id = try await server.make("Contact", #"{"LastName":"Sato"}"#)
            let grant = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: .init(name: "Test", kind: .api, purposes: ["customerService"])
            )
            let answer = try await server.call(.delete, "sobjects/Contact/\(id)", token: grant.token)
            #expect(answer.status == 400 || answer.status == 403)
            #expect(answer.errorCode?.hasPrefix("INSUFFICIENT_ACCESS") == true)
        }
    }
}
