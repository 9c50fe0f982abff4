import AzukariTesting
import HTTPTypes
import Testing

/// Whether something may be done to people, asked and told in the platform's words.
struct ConsentTests {
    /// A person with an Individual, a Contact and an address.
    private struct Person {
        let individual: String
        let contact: String

        init(_ server: TestServer, _ fields: String = "", email: String = "blue@example.com") async throws {
            individual = try await server.make("Individual", #"{"LastName":"Blue"\#(fields)}"#)
            contact = try await server.make(
                "Contact", #"{"LastName":"Blue","Email":"\#(email)","IndividualId":"\#(individual)"}"#)
        }
    }

    private static func proceed(_ answer: Answer, _ id: String, _ action: String) -> String? {
        ((answer.json[id] as? [String: Any])?["proceed"] as? [String: Any])?[action] as? String
    }

    @Test func `each id is answered under the name that it was sent by`() async throws {
        try await TestServer.run { server in
            let person = try await Person(server)
            let short = String(person.contact.prefix(15))
            let ids = [person.contact, short, person.individual, "blue@example.com", "003000000000099AAA", "nonsense"]
            let answer = try await server.call(.get, "consent/action/EMAIL?ids=\(ids.joined(separator: ","))")
            #expect(answer.status == 200 && Set(answer.json.keys) == Set(ids), "\(answer.body)")
            for id in ids.prefix(4) {
                #expect(Self.proceed(answer, id, "email") == "true", "\(id)")
                #expect(Self.proceed(answer, id, "emailResult") == "Success")
            }
            for id in ids.suffix(2) {
                let one = answer.json[id] as? [String: Any]
                #expect(one?["proceed"] == nil && one?["result"] as? String != "Success")
            }
            let nobody = try await server.call(.get, "consent/action/email?ids=nobody@example.com")
            #expect(Self.proceed(nobody, "nobody@example.com", "email") == "false")
        }
    }

    @Test(arguments: [
        ("geotrack", "HasOptedOutGeoTracking", "true", "false"), ("process", "HasOptedOutProcessing", "true", "false"),
        ("profile", "HasOptedOutProfiling", "true", "false"), ("solicit", "HasOptedOutSolicit", "true", "false"),
        ("track", "HasOptedOutTracking", "true", "false"), ("portability", "SendIndividualData", "false", "true"),
        ("shouldforget", "ShouldForget", "false", "true"),
        ("storepiielsewhere", "CanStorePiiElsewhere", "false", "true"),
    ])
    func `what is done with data goes by the individual's flags`(
        action: String, field: String, before: String, after: String
    ) async throws {
        try await TestServer.run { server in
            let person = try await Person(server)
            func ask() async throws -> (String?, Answer) {
                let answer = try await server.call(.get, "consent/action/\(action)?ids=\(person.contact)&verbose=true")
                let proceed = (answer.json[person.contact] as? [String: Any])?["proceed"] as? [String: String]
                return (proceed?.first { $0.key.lowercased() == action }?.value, answer)
            }
            #expect(try await ask().0 == before)
            try await server.call(.patch, "sobjects/Individual/\(person.individual)", #"{"\#(field)":true}"#)
            let (told, answer) = try await ask()
            #expect(told == after)
            let explained = (answer.json[person.contact] as? [String: Any])?["explanation"] as? [[String: String]]
            #expect(explained?.first?["field"] == field && explained?.first?["recordId"] == person.individual)
        }
    }

    @Test func `a flag, a consent in force and a policy each say no, and all who share an address are asked`()
        async throws
    {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let person = try await Person(server)
            let other = try await server.make("Lead", #"{"LastName":"Red","Company":"R","Email":"blue@example.com"}"#)
            func ask(_ id: String, _ more: String = "", action: String = "email") async throws -> String? {
                Self.proceed(
                    try await server.call(.get, "consent/action/\(action)?ids=\(id)\(more)"), id, action)
            }
            #expect(try await ask(person.contact) == "true")
            #expect(try await ask(person.contact, "&policy=requireExplicitConsent") == "false")
            _ = try await server.make(
                "ContactPointTypeConsent",
                #"{"Name":"Yes","PartyId":"\#(person.individual)","ContactPointType":"Email","PrivacyConsentStatus":"OptIn"}"#
            )
            #expect(try await ask(person.contact, "&policy=requireExplicitConsent") == "true")
            try await server.call(.patch, "sobjects/Lead/\(other)", #"{"HasOptedOutOfEmail":true}"#)
            #expect(try await ask("blue@example.com") == "false")
            #expect(try await ask(person.contact) == "true")
            _ = try await server.make(
                "ContactPointTypeConsent",
                """
                {"Name":"No","PartyId":"\(person.individual)","ContactPointType":"MailingAddress",
                "PrivacyConsentStatus":"OptOut","EffectiveFrom":"2026-12-01T00:00:00Z"}
                """)
            #expect(try await ask(person.contact, action: "mailing") == "true")
            #expect(
                try await ask(person.contact, "&datetime=2026-12-02T00:00:00%2B00:00", action: "mailing") == "false")
            #expect(try await ask(person.contact, "&datetime=2026-12-02T00:00:00+00:00", action: "mailing") == "false")
        }
    }

    @Test func `a consent for one purpose does not speak for another`() async throws {
        try await TestServer.run { server in
            let person = try await Person(server)
            let purpose = try await server.make("DataUsePurpose", #"{"Name":"Billing"}"#)
            _ = try await server.make(
                "ContactPointTypeConsent",
                """
                {"Name":"No","PartyId":"\(person.individual)","ContactPointType":"Web",
                "PrivacyConsentStatus":"OptOut","DataUsePurposeId":"\(purpose)"}
                """)
            for (asked, told) in [("", "false"), ("&purpose=billing", "false"), ("&purpose=News", "true")] {
                let answer = try await server.call(.get, "consent/action/web?ids=\(person.contact)\(asked)")
                #expect(Self.proceed(answer, person.contact, "web") == told, "\(asked)")
            }
        }
    }

    @Test func `several actions come in one answer, and one answer for all people`() async throws {
        try await TestServer.run { server in
            let person = try await Person(server, #","HasOptedOutTracking":true"#)
            let other = try await Person(server, email: "green@example.com")
            let ids = "\(person.contact),\(other.contact)"
            let each = try await server.call(.get, "consent/multiaction?actions=email,track&ids=\(ids)")
            #expect(Self.proceed(each, person.contact, "email") == "true")
            #expect(Self.proceed(each, person.contact, "track") == "false")
            #expect(Self.proceed(each, other.contact, "track") == "true")
            let all = try await server.call(
                .get, "consent/multiaction?actions=email,track&ids=\(ids)&aggregatedConsent")
            let proceed = all.json["proceed"] as? [String: String]
            #expect(proceed?["email"] == "true" && proceed?["track"] == "false")
            let absent = try await server.call(
                .get, "consent/action/email?ids=\(ids),003000000000099AAA&aggregatedConsent=true")
            #expect((absent.json["proceed"] as? [String: String])?["email"] == "false")
        }
    }

    @Test func `a word is taken with its proof, and obeyed at once`() async throws {
        try await TestServer.run { server in
            let person = try await Person(server)
            func tell(_ action: String, _ more: String) async throws -> [String: Any] {
                let answer = try await server.call(.patch, "consent/action/\(action)?ids=\(person.contact)&\(more)")
                #expect(answer.status == 200, "\(answer.body)")
                return answer.json[person.contact] as? [String: Any] ?? [:]
            }
            let out = try await tell("email", "status=optout&captureContactPoint=Phone&captureSource=call")
            let edits = out["editedObjects"] as? [[String: String]] ?? []
            #expect(edits.first?["objectName"] == "ConsentEvent" && edits.first?["operation"] == "created")
            #expect(edits.contains { $0["id"] == person.contact && $0["operation"] == "updated" })
            let asked = try await server.call(.get, "consent/action/email?ids=\(person.contact)")
            #expect(Self.proceed(asked, person.contact, "email") == "false")
            // Nobody can have agreed to what they were not shown.
            let bare = try await tell("email", "status=optin&captureContactPoint=Web")
            #expect((bare["result"] as? String)?.contains("the text that the person agreed to") == true)
            let whole = try await tell("email", "status=optin&captureContactPoint=Web&textShown=News%20by%20mail")
            #expect(whole["result"] as? String == "Success")
            let again = try await server.call(.get, "consent/action/email?ids=\(person.contact)")
            #expect(Self.proceed(again, person.contact, "email") == "true")
            _ = try await tell("track", "status=optout")
            let track = try await server.call(.get, "sobjects/Individual/\(person.individual)")
            #expect(track.json["HasOptedOutTracking"] as? Bool == true)
            _ = try await tell("mailing", "status=optout")
            let mailing = try await server.call(.get, "consent/action/mailing?ids=\(person.contact)")
            #expect(Self.proceed(mailing, person.contact, "mailing") == "false")
        }
    }

    @Test(arguments: [
        "consent/action/nothing?ids=a", "consent/action/email", "consent/action/email?ids=a&policy=x",
        "consent/action/email?ids=a&datetime=x", "consent/multiaction?ids=a", "consent/multiaction?actions=x&ids=a",
        "consent/action/email?ids=\((0...200).map { "a\($0)" }.joined(separator: ","))",
    ])
    func `what cannot be answered is refused`(path: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, path)
            #expect(answer.status == 400 && answer.errorCode != nil)
            #expect(try await server.call(.patch, "consent/action/email?ids=a&status=perhaps").status == 400)
            #expect(
                try await server.call(.patch, "consent/action/email?ids=a&status=optin&purposeName=x").status == 400)
        }
    }
}
