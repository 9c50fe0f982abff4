import AzukariTesting
import Engine
import Foundation
import Records
import Reports
import Testing

struct ListViewTests {
    private static func text(_ path: String, _ heading: String) -> ListView.Field {
        ListView.Field(path, heading) { value in
            switch value {
            case .boolean(let truth): truth ? "no mail" : nil
            case let value: value.text
            }
        }
    }

    private static func list(_ condition: ListCondition = ListCondition()) -> ListView {
        ListView(
            of: "Contact",
            fields: [
                text("Name", "氏名"), text("Account.Name", "取引先"), text("Email", "メール"),
                text("HasOptedOutOfEmail", "メールの可否"),
            ],
            condition: condition, order: "Name, Id"
        )
    }

    private static func file(_ list: ListView, _ session: Session) async throws -> String {
        var bytes: [UInt8] = []
        for try await chunk in try await list.csv(in: session) { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a file holds the rows of the page, in its order, under its headings`() async throws {
        try await withCompany { company in
            let list = Self.list()
            let records = try await list.records(limit: 50, offset: 0, in: company.agent)
            let lines = try await Self.file(list, company.agent).split(separator: "\r\n").map(String.init)
            #expect(lines.first == "\u{FEFF}氏名,取引先,メール,メールの可否")
            #expect(lines.dropFirst().map { $0.prefix { $0 != "," } } == records.map { $0["Name"].text?[...] ?? "" })
            #expect(try await list.count(in: company.agent) == records.count)
        }
    }

    @Test func `a list can be narrowed to chosen records, to conditions and to what a search finds`() async throws {
        try await withCompany { company in
            var chosen = ListCondition()
            chosen.only([company[.hanako]])
            #expect(try await Self.list(chosen).count(in: company.agent) == 1)
            let name = try await Self.list(chosen).records(limit: 1, offset: 0, in: company.agent)[0]["Name"].text
            var found = ListCondition()
            try await found.find(try #require(name), in: "Contact", company.agent)
            found.add("Name = :name", "name", .text(try #require(name)))
            #expect(try await Self.list(found).count(in: company.agent) == 1)
            #expect(!found.isCut)
            var nobody = ListCondition()
            nobody.add("Name = :name", "name", "' OR Id != null OR Name = '")
            #expect(try await Self.list(nobody).count(in: company.agent) == 0)
        }
    }

    @Test func `what looks like a formula stays text in a spreadsheet`() async throws {
        try await withCompany { company in
            let batch = Batch("Contact", ["LastName": "=HYPERLINK(\"http://evil.example\",\"x\")"])
            let outcomes = try await company.agent.create(batch, onFailure: .rollbackAll)
            guard case .done(let id, _) = try #require(outcomes.first) else { throw PlatformError(.notFound, "") }
            var condition = ListCondition()
            condition.only([id])
            let file = try await Self.file(Self.list(condition), company.agent)
            #expect(file.contains("\r\n\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",,,\r\n"))
        }
    }

    @Test(arguments: [
        ("+81 3-0000-0001", "+81 3-0000-0001"), ("-5", "-5"), ("+1 (555) 0101-1015", "+1 (555) 0101-1015"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-A1", "'-A1"), ("@SUM(1)", "'@SUM(1)"), ("=1", "'=1"),
    ])
    func `a telephone number is no formula, and a formula is none any more`(text: String, cell: String) async throws {
        try await withCompany { company in
            let batch = Batch("Contact", ["LastName": .text(text)])
            let outcomes = try await company.agent.create(batch, onFailure: .rollbackAll)
            guard case .done(let id, _) = try #require(outcomes.first) else { throw PlatformError(.notFound, "") }
            var condition = ListCondition()
            condition.only([id])
            #expect(try await Self.file(Self.list(condition), company.agent).contains("\r\n\(cell),,,\r\n"))
        }
    }

    @Test func `an export is on record: in the evidence log as a whole, and for each person who was in it`()
        async throws
    {
        try await withCompany { company in
            var condition = ListCondition()
            condition.only([company[.hanako]])
            _ = try await Self.file(Self.list(condition), company.agent)
            let accesses = try await company.agent.accesses(to: company[.hanako], limit: 10)
            let export = try #require(accesses.first { $0.kind == .export })
            #expect(export.user == company.agent.user && export.count == 1)
            let others = try await company.agent.accesses(to: company[.taro], limit: 10)
            #expect(!others.contains { $0.kind == .export })
            let entries = try Self.evidence(in: company.folder).filter { $0.contains("\"kind\":\"export\"") }
            #expect(entries.count == 1)
            #expect(entries.first?.contains("\"object\":\"Contact\",\"rows\":1") == true)
            #expect(entries.first?.contains(company.agent.user.description) == true)
        }
    }

    /// The entries of the evidence log, as its files hold them.
    private static func evidence(in folder: String) throws -> [String] {
        let entries = URL(filePath: folder).appending(path: "ledger/tile/entries")
        let files = FileManager.default.enumerator(at: entries, includingPropertiesForKeys: [.isRegularFileKey])
        let newest = try (files?.compactMap { $0 as? URL } ?? [])
            .filter { try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true }
            .max { (Int($0.lastPathComponent) ?? 0) < (Int($1.lastPathComponent) ?? 0) }
        let bytes = try newest.map { try Data(contentsOf: $0) } ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(separator: "{").map { "{" + $0 }
    }

    @Test func `what a user may not see is in no list of theirs`() async throws {
        try await withCompany { company in
            let list = ListView(
                of: "Contact", fields: [Self.text("Name", "Name"), Self.text("Birthdate", "Born")],
                condition: ListCondition(), order: "Name"
            )
            await #expect(throws: PlatformError(.invalidField, "")) { try await Self.file(list, company.agent) }
            let officer = try await Self.file(list, company.administrator)
            #expect(officer.hasPrefix("\u{FEFF}Name,Born\r\n"))
        }
    }
}
