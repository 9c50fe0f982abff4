import HTTPTypes
import Identity
import Records
import Testing

struct SOAPLoginTests {
    private func envelope(_ username: String, _ password: String) -> String {
        """
        <?xml version="1.0" encoding="utf-8" ?>
        <env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema"
                xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"
                xmlns:urn="urn:partner.soap.sforce.com">
            <env:Header><urn:CallOptions><urn:client>simple-salesforce</urn:client></urn:CallOptions></env:Header>
            <env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com">
                <n1:username>\(username)</n1:username>
                <n1:password>\(password)</n1:password>
            </n1:login></env:Body>
        </env:Envelope>
        """
    }

    @Test func `a login answers in one line what clients search for`() async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                form: envelope("admin@example.com", TestServer.password), to: "/services/Soap/u/59.0", type: "text/xml"
            )
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.headers[.contentType] == "text/xml; charset=utf-8")
            #expect(!answer.body.contains("\n"))
            let id = try #require(answer.body.firstMatch(of: #/<sessionId>(.+)</sessionId>/#)?.1)
            #expect(id.hasPrefix(server.identity.organisationID.text15 + "!"))
            #expect(answer.body.contains("<sessionSecondsValid>7200</sessionSecondsValid>"))
            #expect(answer.body.contains("<userName>admin@example.com</userName>"))
            #expect(answer.body.contains("<userFullName>山田 花子</userFullName>"))
            #expect(answer.body.contains("/services/Soap/u/59.0/\(server.identity.organisationID.text15)</serverUrl>"))
            let read = try await server.call(.get, "limits", token: String(id))
            #expect(read.status == 200)
        }
    }

    @Test(arguments: ["admin@example.com", "nobody@example.com"])
    func `a wrong password is the same fault for every name`(username: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(
                form: envelope(username, "wrong"), to: "/services/Soap/c/40.0", type: "text/xml; charset=UTF-8"
            )
            #expect(answer.status == 500)
            #expect(answer.body.contains("<faultcode>sf:INVALID_LOGIN</faultcode>"))
            #expect(answer.body.contains("<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"))
            #expect(
                answer.body.contains(
                    "<sf:exceptionMessage>Invalid username, password, security token; or user locked out."
                        + "</sf:exceptionMessage>"
                )
            )
            #expect(answer.body.contains("xmlns:sf=\"urn:fault.enterprise.soap.sforce.com\""))
        }
    }

    @Test(arguments: [
        "", "nothing", "<a/>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Envelope><Body><login><username>&a;</username>"
            + "</login></Body></Envelope>",
    ])
    func `what is no envelope is a fault`(body: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.post(form: body, to: "/services/Soap/u/59.0", type: "text/xml")
            #expect(answer.status == 500)
            #expect(answer.body.contains("<sf:exceptionCode>INVALID_OPERATION</sf:exceptionCode>"))
        }
    }
}
