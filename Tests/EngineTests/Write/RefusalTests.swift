import AzukariTesting
import Engine
import Records
import Testing

struct RefusalTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let object: String
        let field: String
        let value: Value
        let code: String
        let message: String
        var testDescription: String { "\(object).\(field) \(code)" }
    }

    @Test(arguments: [
        Refused(
            object: "Contact", field: "Email", value: "not a mail", code: "INVALID_EMAIL_ADDRESS",
            message: "Email: invalid email address: not a mail"),
        Refused(
            object: "Contact", field: "FirstName", value: .text(String(repeating: "x", count: 41)),
            code: "STRING_TOO_LONG",
            message: "First Name: data value too large: \(String(repeating: "x", count: 41)) (max length=40)"),
        Refused(
            object: "Contact", field: "Birthdate", value: "1990-02-30", code: "INVALID_TYPE_ON_FIELD_IN_RECORD",
            message: "Birthdate: value not of required type, no such day: 1990-02-30"),
        Refused(
            object: "Contact", field: "Birthdate", value: "1699-12-31", code: "FIELD_INTEGRITY_EXCEPTION",
            message: "Birthdate: invalid date: 1699-12-31"),
        Refused(
            object: "Contact", field: "DoNotCall", value: "maybe", code: "INVALID_TYPE_ON_FIELD_IN_RECORD",
            message: "Do Not Call: value not of required type: maybe"),
        Refused(
            object: "Contact", field: "CleanStatus", value: "Dirty", code: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            message: "Clean Status: bad value for restricted picklist field: Dirty"),
        Refused(
            object: "Contact", field: "MailingLatitude", value: "north", code: "INVALID_TYPE_ON_FIELD_IN_RECORD",
            message: "Mailing Latitude: value not of required type: north"),
        Refused(
            object: "Contact", field: "MailingLatitude", value: "12345", code: "NUMBER_OUTSIDE_VALID_RANGE",
            message: "Mailing Latitude: value outside of valid range on numeric field: 12345.0"),
        Refused(
            object: "Contact", field: "FirstName", value: "a\0b", code: "INVALID_TYPE_ON_FIELD_IN_RECORD",
            message: "First Name: value holds a NUL character, which no text may hold"),
        Refused(
            object: "Contact", field: "AccountId", value: "001000000000001", code: "INVALID_CROSS_REFERENCE_KEY",
            message: "invalid cross reference id"),
        Refused(
            object: "Contact", field: "AccountId", value: "x", code: "MALFORMED_ID",
            message: "Account ID: id value of incorrect type: x"),
        Refused(
            object: "Contact", field: "AccountId", value: .id(SystemUser.operator.id),
            code: "FIELD_INTEGRITY_EXCEPTION",
            message: "Account ID: id value of incorrect type: \(SystemUser.operator.id)"),
        Refused(
            object: "Contact", field: "Name", value: "Whole Name", code: "INVALID_FIELD_FOR_INSERT_UPDATE",
            message: """
                Unable to create/update fields: Name. Please check the security settings of this field and verify that \
                it is read/write for your profile or permission set.
                """),
        Refused(
            object: "Contact", field: "SystemModstamp", value: "2026-01-01", code: "INVALID_FIELD_FOR_INSERT_UPDATE",
            message: """
                Unable to create/update fields: SystemModstamp. Please check the security settings of this field and \
                verify that it is read/write for your profile or permission set.
                """),
        Refused(
            object: "Contact", field: "Id", value: "003000000000001", code: "INVALID_FIELD_FOR_INSERT_UPDATE",
            message: "cannot specify Id in an insert call"),
    ])
    func `a bad value has its code and its message`(_ refused: Refused) async throws {
        try await Writing.withSession { session, _ in
            let outcomes = try await session.create(
                Batch(refused.object, fields: ["LastName", refused.field], rows: [["x", refused.value]]),
                onFailure: .keepGoing
            )
            #expect(outcomes[0].errors.map(\.code.name) == [refused.code])
            #expect(outcomes[0].errors.first?.message == refused.message)
            #expect(try await session.rowCount("SELECT Id FROM Contact") == 0)
        }
    }

    @Test func `a missing last name is named`() async throws {
        try await Writing.withSession { session, _ in
            let refused = try await session.refusals("Contact", ["FirstName": "No", "LastName": "  "])
            #expect(refused.map(\.message) == ["Required fields are missing: [LastName]"])
            #expect(refused.map(\.fields) == [["LastName"]])
        }
    }

    @Test func `an unknown field or object refuses the whole call`() async throws {
        try await Writing.withSession { session, _ in
            let error = await #expect(throws: PlatformError.self) {
                try await session.create(Batch("Contact", ["Nope": "x"]), onFailure: .keepGoing)
            }
            #expect(error?.code == .invalidField)
            #expect(error?.message == "No such column 'Nope' on sobject of type Contact")
            await #expect(throws: PlatformError(.invalidType, "")) {
                try await session.create(Batch("Nope", ["Name": "x"]), onFailure: .keepGoing)
            }
            await #expect(throws: PlatformError(.missingArgument, "")) {
                try await session.update(Batch("Contact", ["LastName": "x"]), onFailure: .keepGoing)
            }
        }
    }

    @Test func `a second record with a unique value is refused with the id of the first, also in one batch`()
        async throws
    {
        try await Writing.withSession { session, _ in
            var ext = NewField(name: "Ext__c", type: .string, label: "Ext", labelJa: "外部 ID")
            ext.field.isExternalID = true
            ext.field.isUnique = true
            try await session.addField(ext, to: "Contact")
            let outcomes = try await session.create(
                Batch("Contact", fields: ["LastName", "Ext__c"], rows: [["a", "H01"], ["b", "h01"], ["c", "H02"]]),
                onFailure: .keepGoing
            )
            let first = try #require(outcomes[0].id)
            #expect(outcomes[1].errors.map(\.code) == [.duplicateValue])
            #expect(
                outcomes[1].errors[0].message
                    == "duplicate value found: Ext__c duplicates value on record with id: \(first.text15)")
            #expect(!outcomes[2].isRefused)
        }
    }

    @Test func `a change of what is not there, is deleted or comes twice is refused`() async throws {
        try await Writing.withSession { session, _ in
            let there = try await session.make("Contact", ["LastName": "a"])
            let gone = try await session.make("Contact", ["LastName": "b"])
            _ = try await session.delete([gone], onFailure: .rollbackAll)
            let account = try await session.make("Account", ["Name": "c"])
            let never = RecordID(prefix: there.prefix, sequence: 999_999)
            let outcomes = try await session.update(
                Batch(
                    "Contact", fields: ["Id", "FirstName"],
                    rows: [.id(there), .id(gone), .id(never), .id(there), .id(account), "rubbish"].map { [$0, "f"] }
                ), onFailure: .keepGoing
            )
            #expect(
                outcomes.map { $0.errors.map(\.code.name) } == [
                    [], ["ENTITY_IS_DELETED"], ["NOT_FOUND"], ["DUPLICATE_VALUE"], ["MALFORMED_ID"], ["MALFORMED_ID"],
                ])
        }
    }

    @Test func `nobody is above themselves`() async throws {
        try await Writing.withSession { session, _ in
            let top = try await session.make("Contact", ["LastName": "a"])
            let middle = try await session.make("Contact", ["LastName": "b", "ReportsToId": .id(top)])
            let low = try await session.make("Contact", ["LastName": "c", "ReportsToId": .id(middle)])
            let outcome = try await session.update(
                Batch("Contact", ["Id": .id(top), "ReportsToId": .id(low)]), onFailure: .keepGoing
            )
            #expect(outcome[0].errors.map(\.code) == [.circularDependency])
        }
    }
}
