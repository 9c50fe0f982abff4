import AzukariTesting
import Engine
import HTTPTypes
import Records
import Testing

@testable import Web

struct EncryptionPageTests {
    @Test func `an administrator encrypts a field, and everybody reads it as before`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            let agent = try await desk.browser(of: TestDesk.agent)
            #expect(try await agent.get("/encryption").status == .notFound)
            #expect(try await agent.get("/encryption/secrets/1").status == .notFound)
            #expect(try await agent.post("/encryption", ["act": "encrypt"]).status == .notFound)
            #expect(try await agent.post("/encryption/secrets", ["act": "rotate"]).status == .notFound)
            #expect(try await !agent.get("/").text.contains("/encryption"))
            let empty = try await officer.get("/encryption").text
            #expect(empty.contains("No field is encrypted") && empty.contains("value=\"Contact.Email\""))
            #expect(!empty.contains("value=\"Contact.LastName\"") && !empty.contains("value=\"Contact.Birthdate\""))
            let form: KeyValuePairs<String, String> = [
                "act": "encrypt", "field": "Contact.Email", "scheme": "ProbabilisticEncryption",
            ]
            let refused = try await officer.post("/encryption", form)
            #expect(refused.status == .unprocessableContent)
            #expect(refused.text.contains("value=\"Contact.Email\" selected"), "what was typed is still there")
            let done = try await officer.post(
                "/encryption",
                ["act": "encrypt", "field": "Contact.Email", "scheme": "CaseInsensitiveDeterministicEncryption"])
            #expect(done.status == .seeOther)
            let during = try await officer.get("/encryption").text
            #expect(during.contains("being encrypted") && !during.contains("value=\"decrypt\""))
            try await desk.engine.settleSealing()
            let listed = try await officer.get("/encryption").text
            #expect(listed.contains("all encrypted") && listed.contains("value=\"decrypt\""))
            // The list of contacts shows the addresses, and cannot be sorted by them.
            let contacts = try await agent.get("/contacts").text
            #expect(contacts.contains("@") && !contacts.contains("sort=email"))
            #expect(try await agent.get("/contacts?sort=email").status == .ok)
        }
    }

    @Test func `secrets are made, handed out and destroyed`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            #expect(try await officer.get("/encryption/secrets/1").status == .notFound)
            for _ in 0..<2 {
                #expect(try await officer.post("/encryption/secrets", ["act": "rotate"]).status == .seeOther)
            }
            let first = try await officer.get("/encryption/secrets/1")
            #expect(first.status == .ok && first.headers[.contentDisposition]?.contains("tenant-secret-1") == true)
            let active = try await officer.post("/encryption/secrets", ["act": "destroy", "version": "2"])
            #expect(active.status == .unprocessableContent && active.text.contains("Nothing was changed"))
            #expect(
                try await officer.post("/encryption/secrets", ["act": "destroy", "version": "1"]).status == .seeOther)
            #expect(try await officer.get("/encryption").text.contains("destroyed"))
            #expect(try await officer.get("/encryption/secrets/1").status == .notFound)
            #expect(
                try await officer.post("/encryption/secrets", ["act": "destroy", "version": "x"]).status == .notFound)
        }
    }
}
