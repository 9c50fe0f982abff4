import AzukariTesting
import Engine
import HTTPTypes
import Identity
import Records
import Testing

@testable import Web

struct PurposePageTests {
    @Test func `an administrator makes a purpose, and it binds from the next call on`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            let agent = try await desk.browser(of: TestDesk.agent)
            #expect(try await agent.get("/purposes").status == .notFound)
            #expect(try await agent.post("/purposes", ["name": "x"]).status == .notFound)
            #expect(try await !agent.get("/").text.contains("/purposes"))
            let wrong = try await officer.post("/purposes", ["name": "Letters", "developerName": "1 letter"])
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("href=\"#developerName\""))
            #expect(wrong.text.contains("1 letter"), "what was typed is still there")
            let made = try await officer.post("/purposes", ["name": "Letters", "developerName": "letters"])
            #expect(made.status == .seeOther)
            let admin = desk.engine.systemSession(as: .operator, reason: "test")
            let id = try #require(
                try await admin.query("SELECT Id FROM DataUsePurpose WHERE DeveloperName = 'letters'").first?.id)
            #expect(try await officer.get("/purposes").text.contains("/purposes/\(id)"))
            let added = try await officer.get("/purposes/\(id)?add=Contact").text
            #expect(added.contains("value=\"Contact.Email\"") && !added.contains("value=\"Contact.Id\""))
            func save(_ fields: KeyValuePairs<String, String>) async throws -> Browser.Answer {
                try await officer.post("/purposes/\(id)", fields)
            }
            #expect(
                try await save([
                    "name": "Letters", "developerName": "letters", "scope": "OptedIn", "field": "Contact.Name",
                    "field": "Contact.Email", "whole": "Case", "field": "Case.Subject",
                ]).status == .seeOther)
            func scopes() async throws -> [String] {
                try await admin.query("SELECT SobjectType, Field FROM DataUsePurposeScope ORDER BY SobjectType, Field")
                    .map { $0["Field"].text ?? $0["SobjectType"].text ?? "" }
            }
            #expect(try await scopes() == ["Case", "Contact.Email", "Contact.Name"])
            let listed = try await officer.get("/purposes").text
            #expect(listed.contains("only those who have opted in") && listed.contains("Contact: Email, Name"))
            // What is wrong leaves all as it was.
            let refused = try await save([
                "name": "Letters", "developerName": "a b", "scope": "Everyone", "field": "Contact.Phone",
            ])
            #expect(refused.status == .unprocessableContent)
            #expect(refused.text.contains("value=\"Contact.Phone\" checked"))
            #expect(try await scopes() == ["Case", "Contact.Email", "Contact.Name"])
            #expect(
                try await save([
                    "name": "Letters", "developerName": "letters", "scope": "Everyone", "field": "Contact.Phone",
                ]).status == .seeOther)
            #expect(try await scopes() == ["Contact.Phone"])
            #expect(try await agent.post("/purposes/\(id)", ["act": "delete"]).status == .notFound)
            #expect(try await officer.post("/purposes/\(id)", ["act": "delete"]).status == .seeOther)
            #expect(try await scopes() == [])
            #expect(try await officer.get("/purposes/\(id)").status == .notFound)
        }
    }

    @Test func `whose purpose is taken away signs in anew`() async throws {
        try await TestDesk.run { desk in
            let agent = try await desk.browser(of: TestDesk.agent)
            let purpose = try await desk.make("DataUsePurpose", ["Name": "Letters", "DeveloperName": "letters"])
            #expect(try await agent.get("/contacts").status == .ok)
            let admin = desk.engine.systemSession(as: .operator, reason: "test")
            let set = try #require(
                try await admin.query("SELECT Id FROM PermissionSet WHERE Profile.Name = 'Standard User'").first?.id)
            _ = try await admin.update(
                Batch("PermissionSet", ["Id": .id(set), "DataUsePurposeId": .id(purpose)]), onFailure: .rollbackAll)
            let turned = try await agent.get("/contacts")
            #expect(turned.status == .seeOther)
            #expect(turned.headers[.location] == "/sign-in?back=%2Fcontacts&again=1")
            // And comes back under the purpose that is theirs, whatever they choose.
            let again = try await desk.browser(of: TestDesk.agent)
            let page = try await again.get("/contacts")
            #expect(page.status == .ok && page.text.contains("letters"))
        }
    }

    @Test func `the page tells which applications use a purpose`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            _ = try await desk.make("DataUsePurpose", ["Name": "Letters", "DeveloperName": "letters"])
            _ = try await desk.identity.addApplication(
                NewApplication(name: "Mailer <1>", flows: [.password], purposes: ["letters"], runAs: nil))
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                _ = try await desk.identity.addApplication(
                    NewApplication(name: "Other", flows: [.password], purposes: ["nothing"], runAs: nil))
            }
            #expect(try await officer.get("/purposes").text.contains("Mailer &lt;1&gt;"))
        }
    }
}
