import AzukariTesting
import Foundation
import Records
import Store
import Testing

@testable import Engine

/// What statements a query becomes, and whether they use the indexes.
struct StatementTests {
    /// What people and programs ask all day, and the index that must serve it; an empty name: the table's own key.
    private static let selective: [(soql: String, index: String)] = [
        ("SELECT LastName FROM Contact WHERE Id = '003000000000001'", ""),
        ("SELECT LastName FROM Contact WHERE Id IN ('003000000000001', '003000000000002')", ""),
        ("SELECT Account.Name FROM Contact WHERE Id = '003000000000001'", ""),
        ("SELECT Account.Parent.Name FROM Contact WHERE Id = '003000000000001'", ""),
        ("SELECT Contact.Account.Name FROM Case WHERE Id = '500000000000001'", ""),
        ("SELECT LastName FROM Contact WHERE Email = 'a@example.com'", "ix_Contact_Email"),
        ("SELECT COUNT() FROM Contact WHERE Email = 'a@example.com'", "ix_Contact_Email"),
        ("SELECT LastName FROM Contact WHERE Email = 'a@example.com' AND LastName LIKE 'S%'", "ix_Contact_Email"),
        ("SELECT LastName FROM Contact WHERE Email IN ('a@example.com', 'b@example.com')", "ix_Contact_Email"),
        ("SELECT LastName FROM Contact WHERE Email = 'a@example.com' ORDER BY LastName LIMIT 5", "ix_Contact_Email"),
        ("SELECT LastName FROM Contact WHERE LastName = 'Sato'", "ix_Contact_LastName"),
        ("SELECT LastName FROM Contact WHERE LastName = 'Sato' AND FirstName = 'Hanako'", "ix_Contact_LastName"),
        ("SELECT Id FROM Contact ORDER BY LastName LIMIT 10", "ix_Contact_LastName"),
        ("SELECT LastName FROM Contact WHERE LastName > 'S' ORDER BY LastName LIMIT 10", "ix_Contact_LastName"),
        ("SELECT LastName FROM Contact WHERE AccountId = '001000000000001'", "ix_Contact_AccountId"),
        ("SELECT COUNT(Id) FROM Contact WHERE AccountId = '001000000000001'", "ix_Contact_AccountId"),
        ("SELECT LastName FROM Contact WHERE IndividualId = '0PK000000000001'", "ix_Contact_IndividualId"),
        ("SELECT Id FROM Lead WHERE Email = 'a@example.com'", "ix_Lead_Email"),
        ("SELECT Id FROM Lead WHERE LastName = 'Weber' AND Company = 'Nordlicht'", "ix_Lead_LastName"),
        ("SELECT Id FROM Account WHERE Name = 'Acme'", "ix_Account_Name"),
        ("SELECT Id FROM Account WHERE ParentId = '001000000000001'", "ix_Account_ParentId"),
        ("SELECT Subject FROM Case WHERE CaseNumber = '00000001'", "ix_Case_CaseNumber"),
        ("SELECT Subject FROM Case WHERE AccountId = '001000000000001' AND Status = 'New'", "ix_Case_AccountId"),
        ("SELECT Subject FROM Case WHERE ContactId IN ('003000000000001', '003000000000002')", "ix_Case_ContactId"),
        (
            "SELECT Id FROM CaseComment WHERE ParentId = '500000000000001' ORDER BY CreatedDate",
            "ix_CaseComment_ParentId"
        ),
        ("SELECT Id FROM EmailMessage WHERE ParentId = '500000000000001'", "ix_EmailMessage_ParentId"),
        ("SELECT Id FROM Task WHERE WhoId = '003000000000001'", "ix_Task_WhoId"),
        (
            "SELECT Id FROM ContactPointTypeConsent WHERE PartyId = '0PK000000000001'",
            "ix_ContactPointTypeConsent_PartyId"
        ),
        ("SELECT Id FROM User WHERE Username = 'someone@example.com'", "ix_User_Username"),
        (
            "SELECT Id FROM Case WHERE SystemModstamp >= 2026-11-23T00:00:00Z ORDER BY SystemModstamp",
            "ix_Case_SystemModstamp"
        ),
        (
            "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Email = 'a@example.com')",
            "ix_Contact_Email"
        ),
        (
            "SELECT Id FROM Contact WHERE LastName = 'Sato' AND Id NOT IN (SELECT ContactId FROM Case WHERE IsClosed = true)",
            "ix_Contact_LastName"
        ),
    ]

    @Test func `what asks for few rows goes by an index, and reads no table to its end`() async throws {
        let fixture = try await QueryFixture()
        for (soql, index) in Self.selective {
            let steps = try await steps(of: soql, in: fixture)
            let isServed = steps.contains { step in
                index.isEmpty ? step.contains("INTEGER PRIMARY KEY") || step.contains("_pkey") : step.contains(index)
            }
            #expect(isServed, "\(soql): \(steps)")
            let outer = steps.filter { $0.contains("t0") }
            #expect(
                !outer.contains { $0.hasPrefix("SCAN") && !$0.contains("INDEX") || $0.contains("Seq Scan") },
                "\(soql): \(steps)")
        }
    }

    @Test(.enabled(if: TestDatabase.isFile, "PostgreSQL has no index for LIKE"))
    func `the beginning of a name goes by its index`() async throws {
        let steps = try await steps(of: "SELECT LastName FROM Contact WHERE LastName LIKE 'Sat%'", in: QueryFixture())
        #expect(steps.contains { $0.contains("ix_Contact_LastName") }, "\(steps)")
    }

    @Test(.enabled(if: TestDatabase.isFile, "the words are SQLite's"))
    func `what reads a whole table does not go by the index of a unique field`() async throws {
        #expect(try await steps(of: "SELECT Id, Email FROM User", in: QueryFixture()) == ["SCAN t0"])
    }

    /// What the database says that it would do.
    private func steps(of soql: String, in fixture: QueryFixture) async throws -> [String] {
        let session = fixture.session
        return try await fixture.engine.store.read { connection in
            let plan = try session.plan(soql, [:], .without, on: connection)
            let statement = plan.isCount ? plan.countStatement() : plan.statement()
            if TestDatabase.isFile { return try connection.all("EXPLAIN QUERY PLAN " + statement) { $0.string(3) } }
            // Of a table with few rows PostgreSQL would read all: whether it could do otherwise is the question.
            try connection.execute("SET LOCAL enable_seqscan = off")
            return try connection.all("EXPLAIN " + statement) { $0.string(0) }
        }
    }

    @Test func `children of many parents are read by one statement for a thousand of them`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.engine.store.write { connection in
            for number in 1...2500 as ClosedRange<Int64> {
                try connection.execute(
                    "INSERT INTO \"Account\" (\"Id\", \"Name\") VALUES (\(.id(QueryFixture.id("001", number))), 'A')")
                try connection.execute(
                    """
                    INSERT INTO "Contact" ("Id", "LastName", "AccountId") VALUES (\(.id(QueryFixture.id("003", number))), \
                    'C', \(.id(QueryFixture.id("001", number))))
                    """
                )
            }
        }
        let session = fixture.session
        let counted = try await fixture.engine.store.read { connection in
            let counting = CountingConnection(connection)
            let plan = try session.plan(
                "SELECT Id, (SELECT LastName, Account.Name FROM Contacts) FROM Account", [:], .without, on: connection
            )
            var reader = RowReader(connection: counting, form: WholeRecords())
            let records = try reader.rows(plan, plan.statement()).map(\.made)
            return (counting.statements, records.count, records.map { $0.children("Contacts").count }.reduce(0, +))
        }
        #expect(counted == (4, 2500, 2500))
    }

    @Test func `a row that waits for its children keeps every kind of value`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let fields =
            "Id, Name, Industry, AnnualRevenue, NumberOfEmployees, OwnerId, CreatedDate, BillingAddress, Owner.Name"
        let alone = try await fixture.session.query("SELECT \(fields) FROM Account ORDER BY Id")
        let withChildren = try await fixture.session.query(
            "SELECT \(fields), (SELECT LastName, Birthdate, DoNotCall, Account.Name FROM Contacts) FROM Account ORDER BY Id"
        )
        #expect(alone.count == 3)
        #expect(
            withChildren.map { String(reflecting: $0.fields.dropLast().map(Self.plain)) }
                == alone.map { String(reflecting: $0.fields.map(Self.plain)) })
        #expect(withChildren.flatMap { $0.children("Contacts") }.allSatisfy { $0["Account.Name"].text != nil })
    }

    /// A field with its values shown, which a value's own description never does.
    private static func plain(_ field: (name: String, value: RecordValue)) -> String {
        func show(_ value: Value) -> String {
            switch value {
            case .null: "null"
            case .boolean(let truth): "\(truth)"
            case .integer(let number): "\(number)"
            case .double(let number): "\(number)"
            case .text(let text): text
            case .date(let day): "\(day.daysSince1970)"
            case .datetime(let instant): "\(instant.milliseconds)"
            case .time(let time): "\(time.milliseconds)"
            case .id(let id): "\(id)"
            case .bytes(let bytes): "\(bytes)"
            }
        }
        return switch field.value {
        case .value(let value, let type): "\(field.name) \(type) \(show(value))"
        case .parent(let record): "\(field.name) \(record?.fields.map(plain) ?? [])"
        case .compound(let parts): "\(field.name) \(parts.map { "\($0.name) \(show($0.value))" })"
        case .children(let records, _): "\(field.name) \(records.map { $0.fields.map(plain) })"
        }
    }

    @Test func `a path is joined once however often it is named`() async throws {
        let fixture = try await QueryFixture()
        let session = fixture.session
        let text = try await fixture.engine.store.read { connection in
            try session.plan(
                """
                SELECT Account.Name, Account.Industry, Account.Parent.Name FROM Contact \
                WHERE Account.Name = 'a' AND account.parent.Name != null ORDER BY Account.Industry
                """, [:], .without, on: connection
            ).statement().text
        }
        #expect(text.components(separatedBy: "LEFT JOIN").count - 1 == 2, "\(text)")
    }

    @Test func `a chain of thousands of conditions is not too deep`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let many = (1...2500).map { "LastName = 'x\($0)'" }.joined(separator: " OR ")
        let rows = try await fixture.session.query("SELECT LastName FROM Contact WHERE \(many) OR LastName = '鈴木'")
        #expect(rows.map(\.line) == ["LastName=鈴木"])
    }

    @Test(.enabled(if: TestDatabase.isFile, "the words are SQLite's"))
    func `all rows are counted on indexes alone`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let session = fixture.session
        let (steps, count) = try await fixture.engine.store.read { connection in
            let plan = try session.plan("SELECT COUNT() FROM Contact", [:], .without, on: connection)
            return (
                try connection.all("EXPLAIN QUERY PLAN " + plan.countStatement()) { $0.string(3) },
                try connection.first(plan.countStatement()) { $0.int64(0) }
            )
        }
        #expect(count == 5)
        #expect(steps.filter { $0.contains("USING COVERING INDEX") }.count == 2, "\(steps)")
    }

    @Test func `plans are kept until the schema changes`() async throws {
        let fixture = try await QueryFixture()
        let session = fixture.session
        func columns() async throws -> Int {
            try await fixture.engine.store.read { connection in
                try session.plan("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 5", [:], .without, on: connection).columns
                    .count
            }
        }
        #expect(try await columns() == 0)
        try await session.addField(
            NewField(name: "Ext__c", type: .string, label: "External ID", labelJa: "外部 ID"), to: "Contact"
        )
        #expect(try await columns() == 1)
    }

    @Test func `the young half of a cache takes over from the old`() {
        let cache = GenerationCache<Int, Int>(max: 4)
        var made = 0
        func ask(_ key: Int) {
            _ = cache.value(key) {
                made += 1; return key
            }
        }
        for key in [1, 2, 1, 2] { ask(key) }
        #expect(made == 2)
        for key in [3, 1, 4, 5, 6] { ask(key) }
        #expect(made == 6)
        ask(2)
        #expect(made == 7)
    }
}

/// Counts the queries that pass through it.
private final class CountingConnection: Connection {
    private let inner: any Connection
    private(set) var statements = 0

    init(_ inner: any Connection) { self.inner = inner }

    var dialect: DatabaseDialect { inner.dialect }
    func execute(_ statement: SQL) throws -> Int { try inner.execute(statement) }
    func rows(_ query: SQL, _ body: (any Cells) throws -> Bool) throws {
        statements += 1
        try inner.rows(query, body)
    }
    func rows(_ query: KeptSQL, _ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        statements += 1
        try inner.rows(query, bindings, body)
    }
    func blocks(_ query: SQL, as kinds: [Cell.Kind], _ body: (CellBlock) throws -> Void) throws {
        statements += 1
        try inner.blocks(query, as: kinds, body)
    }
    func insert(_ rows: NewRows, failed: (Int, any Error) throws -> Void) throws {
        try inner.insert(rows, failed: failed)
    }
    func prepare(_ statement: SQL) throws -> any PreparedStatement { try inner.prepare(statement) }
    func run(_ migration: Migration) throws { try inner.run(migration) }
    func savepoint<T>(_ body: () throws -> T) throws -> T { try inner.savepoint(body) }
}
