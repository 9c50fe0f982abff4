import AzukariTesting
import Engine
import Records
import Testing

struct CompanyTests {
    @Test
    func `the company that the tests know is made through the door`() async throws {
        try await withCompany { company in
            let contacts = try await company.agent.query("SELECT Id, Name, Account.Name FROM Contact ORDER BY Name")
            #expect(contacts.count == Guest.allCases.count)
            #expect(contacts.contains { $0.id == company[.hanako] && $0["Name"] == "佐藤 花子" })
            #expect(contacts.contains { $0.id == company[.anna] && $0["Account.Name"] == "Nordlicht GmbH" })
            #expect(try await company.administrator.query("SELECT Id FROM Case").count == 11)
        }
    }
}
