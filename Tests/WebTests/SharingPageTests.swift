import API
import AzukariTesting
import Engine
import HTTP
import HTTPTypes
import Hummingbird
import Records
import Testing

@testable import Web

struct SharingPageTests {
    @Test func `an administrator sets defaults and rules, and the agent feels it at the next page`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer)
            let agent = try await desk.browser(of: TestDesk.agent)
            let row = try await desk.make("Case", ["Subject": "隠し事", "Priority": "High"])
            #expect(try await agent.get("/cases/\(row)").status == .ok)
            #expect(try await agent.get("/sharing").status == .notFound)
            #expect(try await agent.post("/sharing", ["model.Case": "Private"]).status == .notFound)
            #expect(try await !agent.get("/").text.contains("/sharing"))
            let page = try await officer.get("/sharing").text
            #expect(page.contains("id=\"model.Case\"") && page.contains("ケースコメント"))
            let saved = try await officer.post("/sharing", ["model.Case": "Private", "model.Lead": "no"])
            #expect(saved.status == .seeOther)
            #expect(try await agent.get("/cases/\(row)").status == .notFound)
            #expect(try await !agent.get("/cases").text.contains("隠し事"))
            let group = try #require(
                try await desk.engine.systemSession(as: .operator, reason: "test")
                    .query("SELECT Id FROM Group WHERE Type = 'Organization'").first?.id)
            func rule(_ criteria: String, _ kind: String = "Criteria") async throws -> Browser.Answer {
                try await officer.post(
                    "/sharing/rules",
                    [
                        "name": "急ぎ", "object": "Case", "kind": kind, "from": "", "to": "\(group)",
                        "level": "Read", "criteria": criteria,
                    ])
            }
            let wrong = try await rule("Priority =")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("href=\"#criteria\""))
            #expect(wrong.text.contains("Priority ="), "what was typed is still there")
            #expect(try await rule("", "Owner").text.contains("href=\"#from\""))
            #expect(try await rule("Priority = 'High'").status == .seeOther)
            let shown = try await agent.get("/cases/\(row)")
            #expect(shown.status == .ok && !shown.text.contains("id=\"composer\""), "to read, not to write")
            let listed = try await officer.get("/sharing").text
            let action = try #require(listed.firstMatch(of: /\/sharing\/rules\/[0-9A-Za-z]+/)).output
            #expect(listed.contains("Priority = &#39;High&#39;") || listed.contains("Priority = 'High'"))
            #expect(try await agent.post(String(action), ["act": "delete"]).status == .notFound)
            #expect(try await officer.post(String(action), ["act": "off"]).status == .seeOther)
            #expect(try await agent.get("/cases/\(row)").status == .notFound)
            #expect(try await officer.post(String(action), ["act": "on"], token: "x").status == .forbidden)
            #expect(try await officer.post(String(action), ["act": "delete"]).status == .seeOther)
            #expect(try await officer.get("/sharing").text.contains("ルールはありません"))
        }
    }

    @Test func `who sees a record, and why, is told to whom it may be`() async throws {
        try await TestDesk.run { desk in
            let officer = try await desk.browser(of: TestDesk.officer, language: "en")
            let agent = try await desk.browser(of: TestDesk.agent)
            let admin = desk.engine.systemSession(as: .operator, reason: "test")
            try await admin.setSharing(.private, of: "Case")
            let user = try #require(
                try await admin.query("SELECT Id FROM User WHERE LastName = 'Sasaki'").first?.id)
            let row = try await desk.make("Case", ["Subject": "Breakfast"])
            #expect(try await agent.get("/records/\(row)/access").status == .notFound)
            _ = try await desk.make(
                "CaseShare",
                ["CaseId": .id(row), "UserOrGroupId": .id(user), "CaseAccessLevel": "Edit", "Reason": "Holiday cover"])
            #expect(try await agent.get("/records/\(row)/access").status == .notFound)
            let link = "/records/\(row)/access"
            #expect(try await officer.get("/cases/\(row)").text.contains(link))
            #expect(try await !agent.get("/cases/\(row)").text.contains(link))
            let page = try await officer.get(link).text
            #expect(page.contains("Holiday cover") && page.contains("Sasaki"))
            #expect(page.contains("may see all records (PermissionsModifyAllData)"))
            #expect(page.contains("2 people may see it."))
            #expect(try await officer.get("/records/500000000000zzzAAA/access").status == .notFound)
        }
    }

    @Test(arguments: ["Private", "Restriction", "Consent"])
    func `no page shows what sharing or a purpose hides`(limit: String) async throws {
        try await TestDesk.run { desk in
            let admin = desk.engine.systemSession(as: .operator, reason: "test")
            let isOfPerson = limit == "Consent"
            let account = try await desk.make("Account", ["Name": isOfPerson ? "Open" : "Zq7731 KK"])
            let person = try await desk.make(
                "Contact", ["LastName": "Zq7731", "Email": "zq7731@hidden.example", "AccountId": .id(account)])
            let row = try await desk.make("Case", ["Subject": "Zq7731", "ContactId": .id(person)])
            if limit == "Private" {
                for object in ["Account", "Contact", "Case"] { try await admin.setSharing(.private, of: object) }
            } else if isOfPerson {
                try await desk.bindAgents(to: "OptedIn", needing: [])
            } else {
                let group = try #require(
                    try await admin.query("SELECT Id FROM Group WHERE Type = 'Organization'").first?.id)
                for (object, field) in [("Account", "Name"), ("Contact", "LastName"), ("Case", "Subject")] {
                    _ = try await desk.make(
                        "SharingRule",
                        [
                            "Name": "No", "SobjectType": .text(object), "Type": "Restriction",
                            "SharedToId": .id(group), "Criteria": .text("NOT \(field) LIKE 'Zq%'"),
                        ])
                }
            }
            let agent = try await desk.browser(of: TestDesk.agent)
            let pages = try desk.pages()
            #expect(pages.count > 25)
            for page in pages {
                let isOfRecord = page.contains(":id") || page.contains("{id}")
                let hidden = isOfPerson ? [person, row] : [person, row, account]
                for id in isOfRecord ? hidden : [person] {
                    let asked = TestDesk.path(page, id, "Zq7731")
                    let answer = try await agent.get(asked)
                    // What was typed stands in the box of the search.
                    let text = answer.text.replacing("value=\"Zq7731\"", with: "")
                    #expect(!text.contains("@hidden.example") && !text.contains("/\(person)\""), "\(asked)")
                    #expect(!text.contains("Zq7731 KK") && !text.contains(">Zq7731<"), "\(asked)")
                    if isOfRecord { #expect(answer.status != .ok, "\(asked)") }
                }
            }
        }
    }

    @Test func `pages do without the fields that a purpose does not need`() async throws {
        try await TestDesk.run { desk in
            let person = try await desk.make(
                "Contact", ["LastName": "Open", "Department": "Zq7731", "Phone": "03-5550-7731"])
            let row = try await desk.make("Case", ["Subject": "Open", "ContactId": .id(person)])
            try await desk.bindAgents(
                to: "Everyone", needing: ["Contact.Name", "Case.Subject", "Case.ContactId", "Case.CaseNumber"])
            let agent = try await desk.browser(of: TestDesk.agent)
            for page in try desk.pages() {
                for id in [person, row] {
                    let asked = TestDesk.path(page, id, "Open")
                    let answer = try await agent.get(asked)
                    #expect(answer.status.code < 500, "\(asked): \(answer.text.prefix(2000))")
                    #expect(!answer.text.contains("Zq7731") && !answer.text.contains("5550-7731"), "\(asked)")
                }
            }
            for page in ["/", "/contacts", "/cases", "/people/\(person)", "/search?q=Open"] {
                #expect(try await agent.get(page).status == .ok, "\(page)")
            }
            #expect(try await agent.get("/cases/\(row)").status == .ok)
        }
    }
}

extension TestDesk {
    /// The paths of all pages, with their parameters.
    fileprivate func pages() throws -> [String] {
        let router = Router(context: EdgeContext.self)
        let runner = BulkRunner(engine: engine) { Issue.record($0) }
        try WebRoutes(engine: engine, identity: identity, environment: clock.environment, wakeJobs: runner.wake)
            .add(to: router)
        return router.routes.filter { $0.method == .get }.map { "\($0.path)" }
            .filter { !$0.contains("assets") && !$0.contains("**") }
    }

    /// A page's address for a record, searching for a word where it is for that.
    fileprivate static func path(_ page: String, _ id: RecordID, _ word: String) -> String {
        let path = page.replacing(/:id|\{id\}/, with: "\(id)").replacing(/:[a-z]+|\{[a-z]+\}/, with: "csv")
        return ["/search", "/look"].contains(path) ? path + "?q=\(word)" : path
    }

    /// Makes a purpose that everybody with the agents' profile works under.
    fileprivate func bindAgents(to scope: String, needing fields: [String]) async throws {
        let purpose = try await make(
            "DataUsePurpose", ["Name": "P", "DeveloperName": "p", "SubjectScope": .text(scope)])
        for field in fields {
            _ = try await make(
                "DataUsePurposeScope",
                [
                    "DataUsePurposeId": .id(purpose), "SobjectType": .text(String(field.prefix { $0 != "." })),
                    "Field": .text(field),
                ])
        }
        let admin = engine.systemSession(as: .operator, reason: "test")
        let set = try #require(
            try await admin.query("SELECT Id FROM PermissionSet WHERE Profile.Name = 'Standard User'").first?.id)
        _ = try await admin.update(
            Batch("PermissionSet", ["Id": .id(set), "DataUsePurposeId": .id(purpose)]), onFailure: .rollbackAll)
    }
}
