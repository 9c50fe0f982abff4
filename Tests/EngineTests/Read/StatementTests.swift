import AzukariTesting
import Foundation
import Records
import Store
import Testing

@testable import Engine

/// What statements a query becomes, and whether they use the indexes.
struct StatementTests {
    @Test(
        .enabled(if: TestDatabase.isFile, "the words are SQLite's"),
        arguments: [
            ("SELECT LastName FROM Contact WHERE Id = '003000000000001'", "INTEGER PRIMARY KEY"),
            ("SELECT LastName FROM Contact WHERE Email = 'a@example.com'", "ix_Contact_Email"),
            ("SELECT LastName FROM Contact WHERE Email IN ('a@example.com', 'b@example.com')", "ix_Contact_Email"),
            ("SELECT LastName FROM Contact WHERE LastName = 'Sato'", "ix_Contact_LastName"),
            ("SELECT LastName FROM Contact WHERE LastName LIKE 'Sat%'", "ix_Contact_LastName"),
            ("SELECT Id FROM Contact ORDER BY LastName LIMIT 10", "ix_Contact_LastName"),
            ("SELECT LastName FROM Contact WHERE AccountId = '001000000000001'", "ix_Contact_AccountId"),
            ("SELECT LastName FROM Contact WHERE IndividualId = '0PK000000000001'", "ix_Contact_IndividualId"),
            ("SELECT Subject FROM Case WHERE CaseNumber = '00000001'", "ix_Case_CaseNumber"),
            ("SELECT Subject FROM Case WHERE ContactId IN ('003000000000001', '003000000000002')", "ix_Case_ContactId"),
            ("SELECT Id FROM User WHERE Username = 'someone@example.com'", "ix_User_Username"),
            (
                "SELECT Id FROM Case WHERE SystemModstamp >= 2026-11-23T00:00:00Z ORDER BY SystemModstamp",
                "ix_Case_SystemModstamp"
            ),
            (
                "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Email = 'a@example.com')",
                "ix_Contact_Email"
            ),
            ("SELECT Account.Name FROM Contact WHERE Id = '003000000000001'", "SEARCH t1 USING INTEGER PRIMARY KEY"),
        ])
    func `lookups use an index`(soql: String, index: String) async throws {
        let steps = try await steps(of: soql)
        #expect(steps.contains { $0.contains(index) }, "\(steps)")
    }

    @Test(.enabled(if: TestDatabase.isFile, "the words are SQLite's"))
    func `what reads a whole table does not go by the index of a unique field`() async throws {
        #expect(try await steps(of: "SELECT Id, Email FROM User") == ["SCAN t0"])
    }

    /// What the database says that it would do.
    private func steps(of soql: String) async throws -> [String] {
        let fixture = try await QueryFixture()
        let session = fixture.session
        return try await fixture.engine.store.read { connection in
            let plan = try session.plan(soql, [:], .without, on: connection)
            return try connection.all("EXPLAIN QUERY PLAN " + plan.statement()) { $0.string(3) }
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
