import Records
import Testing

@testable import Engine

struct SchemaCatalogueTests {
    private let schema: Schema

    init() throws {
        schema = Schema(objects: try Catalogue.standard(), version: 1)
    }

    @Test func `the platform's objects and our own are there`() throws {
        #expect(schema.objects.count == 81)
        #expect(schema.object("contact")?.keyPrefix.description == "003")
        #expect(schema.object("DataSubjectRequest")?.keyPrefix.description == "zD0")
        #expect(
            schema.objects.filter(\.isInternal).map(\.name) == [
                "AccessSession", "AuthorizationGrant", "ConnectedApplication", "SignInAttempt", "UserCredential",
                "UserFactor",
            ])
        #expect(schema.objects.filter(\.isPerson).map(\.name) == ["Contact", "Individual", "Lead"])
    }

    @Test func `every reference leads to an object of the catalogue`() {
        for object in schema.objects {
            for field in object.fields where field.type == .reference {
                #expect(!field.referenceTo.isEmpty, "\(object.name).\(field.name)")
                for target in field.referenceTo {
                    #expect(schema.object(target) != nil, "\(object.name).\(field.name)")
                }
            }
        }
    }

    @Test func `subject paths name lookups of their object`() {
        for object in schema.objects {
            for name in object.subjectPath {
                #expect(object.field(name)?.type == .reference, "\(object.name).\(name)")
            }
        }
    }

    @Test func `names of children are told apart in each parent`() {
        for object in schema.objects {
            let names = schema.children(of: object).compactMap { $0.name?.lowercased() }
            #expect(Set(names).count == names.count, "\(object.name)")
        }
    }

    @Test func `parts belong to a compound or a name`() {
        for object in schema.objects {
            for field in object.fields {
                guard let whole = field.compoundFieldName else { continue }
                #expect(object.field(whole) != nil, "\(object.name).\(field.name)")
            }
        }
    }

    @Test(arguments: [
        ("Case", "CaseNumber", "ケース番号"), ("Contact", "LastName", "姓"), ("Contact", "Name", "氏名"),
        ("Contact", "MailingPostalCode", "郵送先 郵便番号"), ("Account", "Name", "取引先名"), ("Case", "CreatedDate", "作成日"),
    ])
    func `fields have the labels of a Japanese page`(object: String, field: String, label: String) {
        #expect(schema.object(object)?.field(field)?.labelJa == label)
    }

    @Test func `a case is as the platform describes it`() throws {
        let object = try #require(schema.object("Case"))
        let number = try #require(object.field("CaseNumber"))
        #expect(number.isAutoNumber && number.autoNumberFormat == "{00000000}" && number.isNameField)
        #expect(!number.isCreateable && !number.isUpdateable && number.isUnique && number.isIDLookup)
        let status = try #require(object.field("Status"))
        #expect(status.defaultValue == "New" && status.isHistoryTracked && !status.isRestrictedPicklist)
        #expect(status.picklist.map(\.value) == ["New", "Working", "Escalated", "Closed"])
        #expect(status.picklist.map(\.labelJa) == ["新規", "対応中", "エスカレーション", "クローズ"])
        #expect(object.field("IsEscalated")?.defaultValue == false)
        #expect(object.field("Origin")?.defaultValue == .null)
        #expect(object.field("Description")?.length == 32_000)
        #expect(schema.object("CaseComment")?.field("ParentId")?.onParentDelete == .cascade)
        #expect(object.field("ContactId")?.onParentDelete == .setNull)
        #expect(object.fields.first?.name == "Id")
        #expect(object.nameField?.name == "CaseNumber")
    }

    @Test func `every personal field of a contact says what it tells`() throws {
        let contact = try #require(schema.object("Contact"))
        #expect(contact.field("Email")?.classification == .contact)
        #expect(contact.field("Birthdate")?.classification == .identity)
        #expect(contact.field("Description")?.classification == .freeText)
        #expect(contact.field("HasOptedOutOfEmail")?.classification == .preference)
        #expect(contact.field("CreatedDate")?.classification == nil)
        #expect(schema.object("Individual")?.field("ConvictionsCount")?.classification == .specialCare)
    }

    @Test(arguments: [
        ("Name string(80 | N", 1, "is no size"),
        ("Name text | N", 1, "there is no type `text`"),
        ("Name string(80) compulsory | N", 1, "there is no word `compulsory`"),
        ("    New | New", 1, "belongs below its field"),
        ("A string(1)\n\nB reference to=X parent=forget", 3, "`parent=`"),
        ("A int default=x", 1, "is no default"),
        ("A string(1) class=secret", 1, "there is no class `secret`"),
    ])
    func `a bad line is named by file and line`(text: String, line: Int, reason: String) throws {
        let error = #expect(throws: CatalogueError.self) {
            try FieldText.parse(text.split(separator: "\n", omittingEmptySubsequences: false)[...], file: "X.txt")
        }
        #expect(error?.file == "X.txt" && error?.line == line)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    @Test func `fields written back read the same`() throws {
        for object in schema.objects {
            for field in object.fields {
                let text = FieldText.write(field)
                let again = try FieldText.parse(text.split(separator: "\n")[...], file: "again")
                #expect(again.map(FieldText.write) == [text])
                #expect(again.first?.defaultValue == field.defaultValue, "\(object.name).\(field.name)")
                #expect(again.first?.childRelationships == field.childRelationships)
                #expect(again.first?.picklist == field.picklist)
            }
        }
    }
}
