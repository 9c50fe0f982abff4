import Records
import Testing

@testable import Engine

@Suite struct `Where a person's data lies` {
    private func list(_ trace: Trace) -> Set<String> {
        Set(trace.places.map { "\($0.externalID).\($0.field) \($0.start)-\($0.end) \($0.text)" })
    }

    @Test func `own records are followed down the lookups, mentions are found in others'`() async throws {
        try await PersonTables.with { tables in
            let trace = try await tables.session.trace(try await tables.sato())
            #expect(trace.records.map(\.externalID) == ["IP1", "P1", "K1", "C1", "M1"])
            let places = list(trace)
            let expected: Set<String> = [
                "P1.LastName 0-2 佐藤", "P1.Email 0-18 kenichi@example.jp", "P1.Description 4-12 サトウ ケンイチ",
                "C1.SuppliedEmail 0-18 Kenichi@example.jp", "C1.SuppliedName 0-5 佐藤 健一", "C1.Subject 0-3 佐藤様",
                "C1.Description 5-17 ０３−００００−０００１", "M1.CommentBody 0-8 サトウ ケンイチ", "A1.Name 0-2 佐藤",
                "C2.Description 16-21 佐藤 健一", "C2.Description 24-42 kenichi@example.jp",
            ]
            #expect(places.isSuperset(of: expected), "missing: \(expected.subtracting(places))")
            #expect(
                !places.contains {
                    $0.hasPrefix("P2") || $0.hasPrefix("T1") || $0.hasPrefix("M2") || $0.hasPrefix("K1")
                })
            #expect(places.filter { $0.hasPrefix("C2") }.count == 2)
        }
    }

    @Test func `a name or address tells who it is, a country, a choice and the record's own key do not`() async throws {
        try await PersonTables.with { tables in
            let trace = try await tables.session.trace(try await tables.sato())
            let contact = trace.places.filter { $0.externalID == "P1" && $0.kind == .structured }
            let telling = Set(contact.filter { $0.isIdentifying }.map { $0.field })
            let besides = Set(contact.filter { !$0.isIdentifying }.map { $0.field })
            #expect(telling == ["LastName", "FirstName", "Email", "Phone", "MailingPostalCode", "Birthdate"])
            #expect(besides == ["Name", "MailingCountry", "Title", "Ext__c"])
            #expect(!trace.places.contains { !$0.isIdentifying && ($0.kind == .mention || !$0.isInOwnRecord) })
        }
    }

    @Test func `a lead with the same address is the same person only when a name agrees`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let same = try await tables.insert(
                "Lead", 1, ["LastName": "佐藤", "FirstName": "健一", "Email": "kenichi@example.jp", "Ext__c": "L1"])
            let wife = try await tables.insert(
                "Lead", 2, ["LastName": "鈴木", "FirstName": "花子", "Email": "kenichi@example.jp", "Ext__c": "L2"])
            let neighbour = try await tables.insert(
                "Lead", 3, ["LastName": "佐藤", "FirstName": "健一", "PostalCode": "100-0005", "Ext__c": "L3"])
            try await tables.insert(
                "Lead", 4,
                [
                    "LastName": "佐藤", "FirstName": "健一", "PostalCode": "100-0005", "Email": "x@example.jp",
                    "Ext__c": "L4",
                ])
            let trace = try await tables.session.trace(contact)
            #expect(trace.otherSubjects == [same, neighbour])
            #expect(trace.doubtful.map(\.id) == [wife])
            #expect(!trace.places.contains { $0.record == wife || $0.externalID == "L4" })
        }
    }

    @Test func `cases and messages of nobody come in by their address`() async throws {
        try await PersonTables.with { tables in
            let contact = try await tables.sato()
            let lost = try await tables.insert(
                "Case", 9, ["SuppliedEmail": "kenichi@example.jp", "Description": "佐藤です、佐藤様", "Ext__c": "C9"])
            try await tables.insert("CaseComment", 9, ["ParentId": .id(lost), "CommentBody": "佐藤様へ返信", "Ext__c": "M9"])
            let trace = try await tables.session.trace(contact)
            #expect(Set(trace.records.map(\.externalID)).isSuperset(of: ["C9", "M9"]))
            #expect(list(trace).isSuperset(of: ["C9.Description 5-8 佐藤様", "M9.CommentBody 0-3 佐藤様"]))
        }
    }

    @Test func `any record of a person leads to the person, and nobody's to none`() async throws {
        try await PersonTables.with { tables in
            try await tables.sato()
            #expect(try await tables.session.subject(of: tables.id("CaseComment", 1)) == tables.id("Individual", 1))
            #expect(try await tables.session.subject(of: tables.id("Account", 1)) == nil)
            await #expect(throws: PlatformError(.notFound, "")) {
                try await tables.session.trace(tables.id("Contact", 77))
            }
        }
    }
}
