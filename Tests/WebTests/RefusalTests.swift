import Engine
import HTTPTypes
import Records
import Testing

@testable import Web

struct RefusalTests {
    /// The codes with which the door can answer what a page asks.
    static let codes: [PlatformError.Code] = [
        .requiredFieldMissing, .stringTooLong, .invalidTypeOnFieldInRecord, .invalidOrNullForRestrictedPicklist,
        .invalidEmailAddress, .numberOutsideValidRange, .fieldIntegrityException, .duplicateValue,
        .invalidFieldForInsertUpdate, .invalidCrossReferenceKey, .cannotInsertUpdateActivateEntity,
        .insufficientAccess, .insufficientAccessOrReadonly, .entityIsDeleted, .entityIsLocked, .unableToLockRow,
        .invalidOperation, .missingArgument, .invalidSearch, .operationTooLarge, .limitExceeded, .storageLimitExceeded,
        .circularDependency, .malformedQuery, .deleteFailed,
    ]

    @Test(arguments: codes)
    func `every refusal is said in the reader's language, never in the wire's`(code: PlatformError.Code) throws {
        let site = try Site()
        let error = PlatformError(code, "Wire text that nobody should read.", fields: ["Subject"])
        let object = try ObjectSchema.forTests()
        let ja = Refusal.text(error, object: object, words: site.words(.ja)).replacing(code.name, with: "")
        #expect(!ja.contains { $0.isASCII && $0.isLetter }, "\(ja)")
        let en = Refusal.text(error, object: object, words: site.words(.en))
        #expect(!en.contains("Wire text"))
        #expect(Refusal.text(error, object: nil, words: site.words(.ja)).contains("{") == false)
    }

    @Test func `fields are called what the page calls them, with their limit`() throws {
        let words = try Site().words(.ja)
        let error = PlatformError(.stringTooLong, "Subject: data value too large", fields: ["Subject"])
        #expect(Refusal.text(error, object: try .forTests(), words: words) == "件名は255文字以内で入力してください。")
        let unknown = PlatformError(.stringTooLong, "", fields: ["Nowhere__c"])
        #expect(Refusal.text(unknown, object: try .forTests(), words: words) == "入力が長すぎます。短くしてください。")
    }

    @Test func `what was typed stays when the door refuses it`() async throws {
        try await TestDesk.run { desk in
            let contact = try await desk.make("Contact", ["LastName": "山田", "Email": "yamada@example.co.jp"])
            let record = try await desk.make("Case", ["ContactId": .id(contact), "Status": "New"])
            let agent = try await desk.browser(of: TestDesk.agent)
            let long = String(repeating: "あ", count: 4_001)
            let comment = try await agent.post("/cases/\(record)/comments", ["text": long])
            #expect(comment.status == .ok)
            #expect(comment.text.contains("4,000文字以内で入力してください。"))
            #expect(comment.text.contains(long))
            let subject = String(repeating: "長", count: 3_001)
            let mail = try await agent.post(
                "/people/\(contact)/messages", ["channel": "mail", "subject": subject, "text": "本文です"])
            #expect(mail.text.contains("文字以内で入力してください。"))
            #expect(mail.text.contains(">本文です</textarea>"))
        }
    }

    @Test func `a status that is none is refused on the page of the case`() async throws {
        try await TestDesk.run { desk in
            let record = try await desk.make("Case", ["Subject": "x", "Status": "New"])
            let agent = try await desk.browser(of: TestDesk.agent)
            _ = try await agent.get("/cases/\(record)")
            let answer = try await agent.post("/cases/\(record)/status", ["status": String(repeating: "x", count: 300)])
            #expect(answer.status == .ok)
            #expect(answer.text.contains("保存できませんでした"))
        }
    }
}

extension ObjectSchema {
    /// An object with one field.
    fileprivate static func forTests() throws -> ObjectSchema {
        var field = Field(name: "Subject", type: .string)
        field.label = "Subject"
        field.labelJa = "件名"
        field.length = 255
        let prefix = try #require(KeyPrefix("500"))
        return ObjectSchema(
            name: "Case", label: "Case", labelPlural: "Cases", labelJa: "ケース", keyPrefix: prefix,
            isCustom: false, isCreateable: true, isUpdateable: true, isDeletable: false, isQueryable: true,
            isSearchable: true,
            isInternal: false, fields: [field], subjectPath: [], isPerson: false
        )
    }
}

struct LawReferenceTests {
    @Test(arguments: [
        ("GDPR Art. 6(1)(b)", "GDPR第6条第1項(b)"), ("GDPR Art. 11(2), 12(2)", "GDPR第11条第2項、第12条第2項"),
        ("GDPR Art. 6(1)(c), 7(1)", "GDPR第6条第1項(c)、第7条第1項"),
        (
            "GDPR Art. 12(3); Regulation (EEC, Euratom) 1182/71 Art. 3",
            "GDPR第12条第3項、規則 (EEC, Euratom) 1182/71第3条"
        ), ("APPI", "APPI"),
    ])
    func `an article is cited as Japanese lawyers cite it`(source: String, japanese: String) {
        #expect(LawReference.text(source, .ja) == japanese)
        #expect(LawReference.text(source, .en) == source)
    }
}
