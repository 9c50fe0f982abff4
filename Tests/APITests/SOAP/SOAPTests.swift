import Formats
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

struct SOAPTests {
    private func contact(_ fields: String) -> String {
        "<sObjects><o:type>Contact</o:type>\(fields)</sObjects>"
    }

    @Test func `rows are made, changed, emptied, deleted and brought back`() async throws {
        try await TestServer.run { server in
            let made = try await server.soap(
                "<create>\(contact("<o:LastName>A &amp; &lt;B&gt;</o:LastName><o:Phone>1</o:Phone>"))\(contact("<o:FirstName>x</o:FirstName>"))<sObjects><o:type>Nope</o:type></sObjects>\(contact("<o:LastName>y</o:LastName><o:Nope__c>z</o:Nope__c>"))</create>"
            )
            let results = made.body.all("result")
            #expect(results.map { $0.text("success") } == ["true", "false", "false", "false"], "\(made.text)")
            let codes = results.dropFirst().map { $0.text("errors", "statusCode") }
            #expect(codes == ["REQUIRED_FIELD_MISSING", "INVALID_TYPE", "INVALID_FIELD"])
            #expect(results[1]["id"]?.isNil == true)
            let id = try #require(results[0].text("id"))
            let changed = try await server.soap(
                "<update>\(contact("<o:Id>\(id)</o:Id><o:Title>T</o:Title><fieldsToNull>Phone</fieldsToNull><o:FirstName xsi:nil=\"true\"/>"))</update>"
            )
            #expect(changed.body.text("result", "success") == "true", "\(changed.text)")
            let read = try await server.soap(
                "<retrieve><fieldList>Id,LastName,Phone,Title</fieldList><sObjectType>Contact</sObjectType><ids>\(id)</ids><ids>003000000000001AAA</ids></retrieve>"
            )
            let rows = read.body.all("result")
            #expect(rows.count == 2 && rows[1].isNil, "\(read.text)")
            #expect(rows[0].text("LastName") == "A & <B>" && rows[0].text("Title") == "T")
            #expect(rows[0]["Phone"]?.isNil == true)
            for (operation, success) in [
                ("delete", "true"), ("delete", "false"), ("undelete", "true"), ("delete", "true"),
                ("emptyRecycleBin", "true"), ("emptyRecycleBin", "false"),
            ] {
                let done = try await server.soap("<\(operation)><ids>\(id)</ids></\(operation)>")
                #expect(done.body.text("result", "success") == success, "\(operation): \(done.text)")
            }
        }
    }

    @Test func `queries show parents, children, groups and further pages`() async throws {
        try await TestServer.run { server in
            let account = try await server.make("Account", #"{"Name":"P"}"#)
            for n in 0..<3 { try await server.make("Contact", #"{"LastName":"N\#(n)","AccountId":"\#(account)"}"#) }
            let parents = try await server.soap(
                "<query><queryString>SELECT LastName, Account.Name FROM Contact ORDER BY LastName</queryString></query>"
            )
            let first = try #require(parents.body["result"]?["records"])
            #expect(
                first.text("Account", "Name") == "P" && first["Id"]?.isNil == true && first.text("type") == "Contact",
                "\(parents.text)")
            let children = try await server.soap(
                "<query><queryString>SELECT Id, (SELECT LastName FROM Contacts) FROM Account</queryString></query>")
            #expect(children.body["result"]?["records"]?["Contacts"]?.all("records").count == 3, "\(children.text)")
            let groups = try await server.soap(
                "<query><queryString>SELECT COUNT(Id) n FROM Contact</queryString></query>")
            #expect(
                groups.body["result"]?["records"]?.text("n") == "3"
                    && groups.text.contains(#"<sf:n xsi:type="xsd:int">"#), "\(groups.text)")
            let count = try await server.soap("<query><queryString>SELECT COUNT() FROM Contact</queryString></query>")
            #expect(count.body.text("result", "size") == "3" && count.body["result"]?["records"] == nil)
        }
    }

    @Test func `all or none is for rows of all objects`() async throws {
        try await TestServer.run { server in
            let done = try await server.soap(
                "<create>\(contact("<o:LastName>A</o:LastName>"))<sObjects><o:type>Account</o:type></sObjects></create>",
                headers: "<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>")
            #expect(
                done.body.all("result").map { $0.text("errors", "statusCode") } == [
                    "ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING",
                ], "\(done.text)")
            #expect(try await server.call(.get, "query?q=SELECT+COUNT()+FROM+Contact").json["totalSize"] as? Int == 0)
        }
    }

    @Test(arguments: [
        ("<query><queryString>SELEC</queryString></query>", "MALFORMED_QUERY", "MalformedQueryFault"),
        ("<query><queryString>SELECT Nope FROM Contact</queryString></query>", "INVALID_FIELD", "InvalidFieldFault"),
        ("<query><queryString>SELECT Id FROM Nope</queryString></query>", "INVALID_TYPE", "InvalidSObjectFault"),
        (
            "<queryMore><queryLocator>01g000000000000AAA-2000</queryLocator></queryMore>", "INVALID_QUERY_LOCATOR",
            "InvalidQueryLocatorFault"
        ),
        (
            "<describeSObject><sObjectType>UserCredential</sObjectType></describeSObject>", "INVALID_TYPE",
            "InvalidSObjectFault"
        ),
        ("<delete><ids>x</ids></delete>", "MALFORMED_ID", "InvalidIdFault"),
        ("<query/>", "MISSING_ARGUMENT", "UnexpectedErrorFault"),
        (
            "<getUpdated><sObjectType>Contact</sObjectType><startDate>x</startDate><endDate>y</endDate></getUpdated>",
            "INVALID_REPLICATION_DATE", "UnexpectedErrorFault"
        ),
    ])
    func `what cannot be done is a fault`(call: String, code: String, fault: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.soap(call)
            #expect(answer.status == 500)
            #expect(answer.body.text("faultcode") == "sf:\(code)", "\(answer.text)")
            #expect(answer.body["detail"]?.children.first?.name == fault)
            #expect(!answer.text.contains(#" xmlns="urn"#))
        }
    }

    @Test func `a session that is none, or over, is a fault, and so is a call that there is not`() async throws {
        try await TestServer.run { server in
            let forged = try await server.soap("<getUserInfo/>", token: "00D000000000001!x")
            #expect(forged.body.text("faultcode") == "sf:INVALID_SESSION_ID")
            let unknown = try await server.soap("<burn/>")
            #expect(unknown.body.text("faultcode") == "soapenv:Client", "\(unknown.text)")
            #expect(try await server.soap("<getUserInfo/>").body.text("result", "userName") == TestServer.administrator)
            #expect(try await server.soap("<logout/>").body.name == "logoutResponse")
            #expect(try await server.soap("<getUserInfo/>").status == 500)
            #expect(try await server.call(.get, "limits").status == 401)
        }
    }

    @Test(arguments: [
        #"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"#, "<a>", "", "nonsense",
        String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200),
    ])
    func `a body that is no envelope is a fault`(body: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(form: body, to: "/services/Soap/u/59.0", type: "text/xml")
            #expect(answer.status == 500)
            #expect(answer.body.contains("<faultcode>sf:INVALID_OPERATION</faultcode>"), "\(answer.body)")
            #expect(!answer.body.contains("root:"))
        }
    }

    @Test func `more than two hundred rows are too many`() async throws {
        try await TestServer.run { server in
            let rows = String(repeating: contact("<o:LastName>x</o:LastName>"), count: 201)
            let answer = try await server.soap("<create>\(rows)</create>")
            #expect(answer.body.text("faultcode") == "sf:EXCEEDED_ID_LIMIT")
        }
    }

    @Test func `the enterprise form types its rows, in the order of its schema`() async throws {
        try await TestServer.run { server in
            let made = try await server.soap(
                #"<create><sObjects xsi:type="o:Contact"><o:LastName>E</o:LastName><o:HasOptedOutOfEmail>true</o:HasOptedOutOfEmail></sObjects></create>"#,
                kind: "c")
            #expect(made.body.text("result", "success") == "true", "\(made.text)")
            let found = try await server.soap(
                "<query><queryString>SELECT LastName, Id, HasOptedOutOfEmail FROM Contact</queryString></query>",
                kind: "c")
            let record = try #require(found.body["result"]?["records"])
            #expect(record.children.map(\.name) == ["Id", "HasOptedOutOfEmail", "LastName"], "\(found.text)")
            #expect(record.attributes["type"] == "sf:Contact")
        }
    }

    @Test func `the schema is told in the order of the contract`() async throws {
        try await TestServer.run { server in
            let one = try await server.soap("<describeSObject><sObjectType>contact</sObjectType></describeSObject>")
            let result = try #require(one.body["result"])
            #expect(result.text("keyPrefix") == "003")
            let email = try #require(result.all("fields").first { $0.text("name") == "Email" })
            #expect(email.text("type") == "email" && email.text("soapType") == "xsd:string")
            let names = email.children.map(\.name)
            #expect(names == names.sorted { $0.lowercased() < $1.lowercased() }, "\(names)")
            let world = try await server.soap("<describeGlobal/>")
            #expect(world.body["result"]?.all("sobjects").contains { $0.text("name") == "LeadStatus" } == true)
        }
    }

    @Test func `the contract is for those who have a session`() async throws {
        try await TestServer.run { server in
            for kind in ["partner", "enterprise"] {
                let refused = try await server.client.execute(uri: "/services/wsdl/\(kind)", method: .get)
                #expect(refused.status == .unauthorized)
                let told = try await server.client.execute(
                    uri: "/services/wsdl/\(kind)", method: .get, headers: [.cookie: "a=b; sid=\(server.token)"])
                #expect(told.status == .ok)
                let wsdl = try XMLTree(Array(String(buffer: told.body).utf8))
                #expect(wsdl.name == "definitions" && wsdl["types"]?.children.count == 3)
            }
        }
    }
}
