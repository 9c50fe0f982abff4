import Records
import Testing

@testable import Engine

struct QueryTests {
    /// Each query with its rows, as ``Record/line`` shows them.
    static let cases: [(String, [String])] = [
        (
            "SELECT LastName FROM Contact ORDER BY Id",
            ["LastName=Sato", "LastName=sato", "LastName=鈴木", "LastName=Müller", "LastName=O'Neil"]
        ),
        (
            "SELECT id, firstname FROM contact WHERE lastname = 'SATO' ORDER BY FirstName",
            ["Id=003#1 FirstName=Hanako", "Id=003#2 FirstName=Ichiro"]
        ),
        ("SELECT FirstName FROM Contact WHERE LastName = 'O\\'Neil'", ["FirstName=-"]),
        ("SELECT LastName FROM Contact WHERE Email = 'ichiro@EXAMPLE.com'", ["LastName=sato"]),
        ("SELECT LastName FROM Contact WHERE Email = null", ["LastName=Müller"]),
        ("SELECT LastName FROM Contact WHERE Email = ''", ["LastName=Müller"]),
        ("SELECT LastName FROM Contact WHERE Email != null AND FirstName = null", ["LastName=O'Neil"]),
        (
            "SELECT LastName FROM Contact WHERE FirstName != 'Hanako' ORDER BY Id",
            ["LastName=sato", "LastName=鈴木", "LastName=Müller", "LastName=O'Neil"]
        ),
        (
            "SELECT LastName FROM Contact WHERE NOT FirstName = 'Hanako' ORDER BY Id",
            ["LastName=sato", "LastName=鈴木", "LastName=Müller", "LastName=O'Neil"]
        ),
        (
            "SELECT LastName FROM Contact WHERE (NOT (FirstName > 'A' AND FirstName < 'Z')) ORDER BY Id",
            ["LastName=鈴木", "LastName=O'Neil"]
        ),
        ("SELECT LastName FROM Contact WHERE LastName LIKE 's%' ORDER BY Id", ["LastName=Sato", "LastName=sato"]),
        ("SELECT LastName FROM Contact WHERE LastName LIKE '_at_' ORDER BY Id", ["LastName=Sato", "LastName=sato"]),
        ("SELECT LastName FROM Contact WHERE Email LIKE '100\\%%'", ["LastName=O'Neil"]),
        ("SELECT LastName FROM Contact WHERE LastName LIKE '鈴%'", ["LastName=鈴木"]),
        ("SELECT LastName FROM Contact WHERE NOT Email LIKE '%example%'", ["LastName=Müller"]),
        (
            "SELECT LastName FROM Contact WHERE LastName IN ('SATO', '鈴木') ORDER BY Id",
            ["LastName=Sato", "LastName=sato", "LastName=鈴木"]
        ),
        (
            "SELECT LastName FROM Contact WHERE FirstName NOT IN ('Hanako', 'Eva') ORDER BY Id",
            ["LastName=sato", "LastName=鈴木", "LastName=O'Neil"]
        ),
        (
            "SELECT LastName FROM Contact WHERE FirstName IN ('Eva', null) ORDER BY Id",
            ["LastName=Müller", "LastName=O'Neil"]
        ),
        (
            "SELECT LastName FROM Contact WHERE FirstName NOT IN ('Eva', null) ORDER BY Id",
            ["LastName=Sato", "LastName=sato", "LastName=鈴木"]
        ),
        ("SELECT LastName FROM Contact WHERE HasOptedOutOfEmail = true", ["LastName=sato"]),
        (
            "SELECT LastName FROM Contact WHERE HasOptedOutOfEmail != true AND MailingCity IN ('Bonn','Osaka') ORDER BY Id",
            ["LastName=鈴木", "LastName=Müller"]
        ),
        ("SELECT LastName FROM Contact WHERE Birthdate = 1980-02-29", ["LastName=Sato"]),
        (
            "SELECT LastName FROM Contact WHERE Birthdate < 1980-03-01 OR MailingCity = 'Bonn' ORDER BY Id",
            ["LastName=Sato", "LastName=Müller"]
        ),
        ("SELECT LastName FROM Contact WHERE Id = '003000000000001'", ["LastName=Sato"]),
        ("SELECT LastName FROM Contact WHERE Id = '003000000000001AAA'", ["LastName=Sato"]),
        (
            "SELECT LastName FROM Contact WHERE AccountId = '001000000000001' ORDER BY Id",
            ["LastName=Sato", "LastName=sato"]
        ),
        (
            "SELECT LastName, Account.Name FROM Contact WHERE Account.Industry = 'banking' ORDER BY Id",
            [
                "LastName=Sato Account=(Name=Acme)", "LastName=sato Account=(Name=Acme)",
                "LastName=Müller Account=(Name=Böttcher AG)",
            ]
        ),
        (
            "SELECT Account.Name, LastName, Account.Owner.LastName FROM Contact WHERE LastName LIKE 'O%'",
            ["Account=() LastName=O'Neil"]
        ),
        (
            "SELECT Account.Parent.Name FROM Contact WHERE Account.Parent.Name = 'acme'",
            ["Account=(Parent=(Name=Acme))"]
        ),
        (
            "SELECT c.LastName, c.Account.Name FROM Contact c WHERE c.Account.Name = '佐藤商店'",
            ["LastName=鈴木 Account=(Name=佐藤商店)"]
        ),
        ("SELECT Contact.LastName FROM Contact WHERE Contact.Id = '003000000000004'", ["LastName=Müller"]),
        (
            "SELECT c.LastName, a.Name FROM Contact c, c.Account a WHERE a.Name = 'Acme' ORDER BY c.Id LIMIT 1",
            ["LastName=Sato Account=(Name=Acme)"]
        ),
        ("SELECT LastName FROM Contact ORDER BY FirstName, LastName LIMIT 2", ["LastName=O'Neil", "LastName=Müller"]),
        ("SELECT LastName FROM Contact ORDER BY FirstName NULLS LAST LIMIT 1", ["LastName=Müller"]),
        ("SELECT LastName FROM Contact ORDER BY FirstName DESC LIMIT 1", ["LastName=O'Neil"]),
        ("SELECT LastName FROM Contact ORDER BY FirstName DESC NULLS LAST LIMIT 1", ["LastName=鈴木"]),
        ("SELECT LastName FROM Contact ORDER BY Id LIMIT 2 OFFSET 3", ["LastName=Müller", "LastName=O'Neil"]),
        ("SELECT Name FROM Account WHERE AnnualRevenue > 1000000", ["Name=Acme"]),
        ("SELECT Name FROM Account WHERE AnnualRevenue = 1250000.0 AND NumberOfEmployees <= 10", ["Name=Acme"]),
        (
            "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName, FirstName) FROM Account ORDER BY Id",
            [
                "Name=Acme Contacts=2[LastName=Sato; LastName=sato]", "Name=Böttcher AG Contacts=1[LastName=Müller]",
                "Name=佐藤商店 Contacts=1[LastName=鈴木]",
            ]
        ),
        (
            "SELECT Name, (SELECT LastName FROM Contacts ORDER BY FirstName DESC LIMIT 1) FROM Account WHERE Id = '001000000000001'",
            ["Name=Acme Contacts=1[LastName=sato]"]
        ),
        (
            "SELECT Name, (SELECT LastName FROM Contacts WHERE Email = null) FROM Account ORDER BY Id",
            ["Name=Acme Contacts=0[]", "Name=Böttcher AG Contacts=1[LastName=Müller]", "Name=佐藤商店 Contacts=0[]"]
        ),
        (
            "SELECT Subject, (SELECT CommentBody, Parent.Subject FROM CaseComments ORDER BY Id DESC) FROM Case WHERE Id IN ('500000000000001','500000000000003') ORDER BY Id",
            [
                "Subject=Broken lamp CaseComments=2[CommentBody=Comment 2 Parent=(Subject=Broken lamp); CommentBody=Comment 1 Parent=(Subject=Broken lamp)]",
                "Subject=Refund CaseComments=0[]",
            ]
        ),
        ("SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Sato')", ["Name=Acme"]),
        (
            "SELECT Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact WHERE Email != null) ORDER BY Id",
            ["Name=Böttcher AG"]
        ),
        (
            "SELECT LastName FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Industry = 'Retail')",
            ["LastName=鈴木"]
        ),
        (
            "SELECT LastName FROM Contact WHERE Id IN (SELECT ContactId FROM Case WHERE Status = 'New') AND LastName != 'x'",
            ["LastName=Sato"]
        ),
        (
            "SELECT Subject, Who.Name, What.Name, What.Type FROM Task ORDER BY Id",
            [
                "Subject=Call 1 Who=(Name=Hanako Sato) What=(Name=00000001 Type=Case)",
                "Subject=Call 2 Who=(Name=一郎 鈴木) What=(Name=佐藤商店 Type=Account)", "Subject=Call 3 Who=() What=()",
            ]
        ),
        ("SELECT Subject FROM Task WHERE What.Type = 'Account'", ["Subject=Call 2"]),
        ("SELECT Subject FROM Task WHERE Who.Name LIKE 'hanako%'", ["Subject=Call 1"]),
        (
            "SELECT TYPEOF What WHEN Account THEN Industry, Name WHEN Case THEN Subject END FROM Task ORDER BY Id",
            ["What=(Subject=Broken lamp)", "What=(Industry=Retail Name=佐藤商店)", "What=()"]
        ),
        (
            "SELECT TYPEOF What WHEN Account THEN Industry ELSE Name END FROM Task WHERE WhatId != null ORDER BY Id",
            ["What=(Name=00000001)", "What=(Industry=Retail)"]
        ),
        (
            "SELECT Owner.Name, Owner.Profile.Name FROM Case WHERE Id = '500000000000001'",
            ["Owner=(Name=Azukari Operator Profile=(Name=System Administrator))"]
        ),
        ("SELECT Subject FROM Task WHERE ActivityDate = TODAY", ["Subject=Call 2"]),
        (
            "SELECT Subject FROM Task WHERE ActivityDate >= YESTERDAY AND ActivityDate < TOMORROW ORDER BY Id",
            ["Subject=Call 1", "Subject=Call 2"]
        ),
        ("SELECT Subject FROM Case WHERE CreatedDate = THIS_MONTH", ["Subject=Broken lamp"]),
        (
            "SELECT Subject FROM Case WHERE CreatedDate = LAST_N_DAYS:30 ORDER BY Id",
            ["Subject=Broken lamp", "Subject=Refund"]
        ),
        (
            "SELECT Subject FROM Case WHERE CreatedDate < 2026-10-01T00:00:00Z ORDER BY Id",
            ["Subject=Refund", "Subject=Question"]
        ),
        ("SELECT Subject FROM Case WHERE CreatedDate = 2026-11-24T12:00:00+09:00", ["Subject=Broken lamp"]),
        (
            "SELECT MailingAddress, LastName FROM Contact WHERE MailingCity = 'Tokyo'",
            ["MailingAddress={city=Tokyo} LastName=Sato"]
        ),
        ("SELECT MailingAddress FROM Contact WHERE LastName = 'O\\'Neil'", ["MailingAddress=-"]),
        ("SELECT toLabel(Status) FROM Case ORDER BY Id LIMIT 2", ["Status=新規", "Status=対応中"]),
        ("SELECT FIELDS(STANDARD) FROM DataUsePurpose", []),
        (
            "SELECT Status, COUNT(Id) n FROM Case GROUP BY Status ORDER BY COUNT(Id) DESC, Status",
            ["Status=New n=2", "Status=Closed n=1", "Status=Working n=1"]
        ),
        (
            "SELECT COUNT(Id), COUNT(Origin), COUNT_DISTINCT(Origin), MIN(CaseNumber) low FROM Case",
            ["expr0=4 expr1=3 expr2=2 low=00000001"]
        ),
        (
            "SELECT Status, Subject, COUNT(Id) n FROM Case WHERE Status IN ('New', 'Closed') GROUP BY ROLLUP(Status, Subject)",
            [
                "Status=Closed Subject=Refund n=1", "Status=Closed Subject=- n=1",
                "Status=New Subject=Broken lamp n=1", "Status=New Subject=Question n=1", "Status=New Subject=- n=2",
                "Status=- Subject=- n=3",
            ]
        ),
        (
            "SELECT GROUPING(Status) g, GROUPING(Subject) h, Status, COUNT(Id) FROM Case GROUP BY CUBE(Status, Subject) HAVING COUNT(Id) > 1 ORDER BY GROUPING(Status) DESC, COUNT(Id) DESC, Status",
            [
                "g=1 h=1 Status=- expr0=4", "g=1 h=0 Status=- expr0=2", "g=0 h=1 Status=New expr0=2",
            ]
        ),
        (
            "SELECT CALENDAR_YEAR(CreatedDate) y, COUNT(Id) n FROM Case GROUP BY ROLLUP(CALENDAR_YEAR(CreatedDate))",
            ["y=2026 n=4", "y=- n=4"]
        ),
        ("SELECT Subject, COUNT(Id) FROM Case GROUP BY Subject HAVING COUNT(Id) > 1", ["Subject=Refund expr0=2"]),
        (
            "SELECT Account.Name, COUNT(Id) c FROM Contact WHERE AccountId != null GROUP BY Account.Name ORDER BY Account.Name",
            ["Name=Acme c=2", "Name=Böttcher AG c=1", "Name=佐藤商店 c=1"]
        ),
        (
            "SELECT CALENDAR_MONTH(CreatedDate) m, COUNT(Id) n FROM Case GROUP BY CALENDAR_MONTH(CreatedDate) ORDER BY CALENDAR_MONTH(CreatedDate)",
            ["m=8 n=1", "m=9 n=1", "m=10 n=1", "m=11 n=1"]
        ),
        (
            "SELECT SUM(NumberOfEmployees) s, AVG(NumberOfEmployees) a, MAX(AnnualRevenue) m FROM Account",
            ["s=60 a=20.0 m=1250000.0"]
        ),
        ("SELECT Id FROM Contact WHERE LastName = 'nobody'", []),
        ("SELECT Id FROM Contact USING SCOPE mine WHERE LastName = 'O\\'Neil'", ["Id=003#5"]),
    ]

    @Test func `my groups' records are those of the queues that I am in`() async throws {
        let fixture = try await QueryFixture()
        let (me, queue, other) = (fixture.session.user, QueryFixture.id("00G", 1), QueryFixture.id("00G", 2))
        for group in [queue, other] {
            try await fixture.insert("Group", group.sequence, ["Name": "q", "OwnerId": .id(me), "Type": "Queue"])
        }
        try await fixture.insert("GroupMember", 1, ["GroupId": .id(queue), "UserOrGroupId": .id(me)])
        for (number, owner) in [(1, me), (2, queue), (3, other)] as [(Int64, RecordID)] {
            try await fixture.insert("Case", number, ["Subject": "a", "OwnerId": .id(owner)])
        }
        func found(_ scope: String) async throws -> [Int64] {
            try await fixture.session.query("SELECT Id FROM Case USING SCOPE \(scope) ORDER BY Id").compactMap {
                $0.id?.sequence
            }
        }
        #expect(try await found("mine") == [1])
        #expect(try await found("mine_and_my_groups") == [1, 2])
        #expect(try await found("everything") == [1, 2, 3])
        let error = await #expect(throws: PlatformError(.malformedQuery, "")) { _ = try await found("team") }
        #expect(error?.position?.column == 33)
        let category = await #expect(throws: PlatformError(.malformedQuery, "")) {
            _ = try await fixture.session.query("SELECT Id FROM Case WITH DATA CATEGORY Area__c AT Japan__c")
        }
        #expect(category?.position?.column == 40)
    }

    /// From Paris; on a sphere London is 343.6 km away and Tokyo 9715.9.
    @Test func `distances are those along the surface of the earth`() async throws {
        let fixture = try await QueryFixture()
        let places: [(String, Double?, Double)] = [
            ("Paris", 48.8566, 2.3522), ("London", 51.5074, -0.1278), ("Tokyo", 35.6812, 139.7671),
            ("opposite", -48.8566, -177.6478), ("nowhere", nil, 0),
        ]
        for (place, (name, latitude, longitude)) in places.enumerated() {
            try await fixture.insert(
                "Contact", Int64(place + 1),
                [
                    "LastName": .text(name), "MailingLatitude": latitude.map { .double($0) } ?? .null,
                    "MailingLongitude": .double(longitude), "OtherLatitude": .double(48.8566),
                    "OtherLongitude": .double(2.3522),
                ])
        }
        func lines(_ soql: String, _ bindings: [String: BoundValue] = [:]) async throws -> [String] {
            try await fixture.session.query(soql, bindings: bindings).map(\.line)
        }
        let paris = "DISTANCE(MailingAddress, GEOLOCATION(48.8566, 2.3522), 'km')"
        for (name, range) in [
            ("Paris", 0..<0.001), ("London", 343..<344), ("Tokyo", 9715..<9717), ("opposite", 20015..<20016),
        ] as [(String, Range<Double>)] {
            for from in [paris, "DISTANCE(MailingAddress, OtherAddress, 'km')"] {
                let found = try await fixture.session.query(
                    "SELECT LastName, \(from) far, \(from) FROM Contact WHERE LastName = '\(name)'")
                let line = try #require(found.first?.line)
                let numbers = line.split(separator: " ").compactMap { Double($0.split(separator: "=")[1]) }
                #expect(numbers.count == 2 && numbers[0] == numbers[1] && range.contains(numbers[0]), "\(line)")
                #expect(line.contains("far=") && line.contains("expr0="))
            }
        }
        #expect(
            try await lines("SELECT LastName FROM Contact ORDER BY \(paris) DESC NULLS LAST LIMIT 2")
                == ["LastName=opposite", "LastName=Tokyo"])
        #expect(
            try await lines("SELECT LastName FROM Contact WHERE \(paris) < 344 ORDER BY LastName")
                == ["LastName=London", "LastName=Paris"])
        // 214 miles are 344 km.
        #expect(
            try await lines(
                "SELECT LastName FROM Contact WHERE DISTANCE(MailingAddress, GEOLOCATION(:a, :b), 'mi') < 214 AND NOT \(paris) < 1",
                ["a": .one(.double(48.8566)), "b": .one(.double(2.3522))])
                == ["LastName=London"])
    }

    @Test func `queries answer the rows that the platform would`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        for (soql, expected) in Self.cases {
            do {
                let rows = try await fixture.session.query(soql)
                #expect(rows.map(\.line) == expected, "\(soql)")
            } catch let error as PlatformError {
                Issue.record("\(soql): \(error.code) \(error.message) \(error.detail ?? "")")
            }
        }
    }

    @Test(arguments: [
        ("SELECT Nope FROM Contact", "INVALID_FIELD", 1, 8, "No such column 'Nope' on entity 'Contact'."),
        (
            "SELECT Id\nFROM Contact WHERE Nope = 1", "INVALID_FIELD", 2, 20,
            "No such column 'Nope' on entity 'Contact'."
        ),
        ("SELECT Id FROM Nope", "INVALID_TYPE", 1, 16, "sObject type 'Nope' is not supported."),
        (
            "SELECT Nope.Name FROM Contact", "INVALID_FIELD", 1, 8,
            "Didn't understand relationship 'Nope' in field path."
        ),
        ("SELECT Account.Nope FROM Contact", "INVALID_FIELD", 1, 8, "No such column 'Nope' on entity 'Account'."),
        ("SELECT Id FROM Contact WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", 1, 35, "invalid ID field: x"),
        (
            "SELECT Id FROM Contact WHERE Birthdate = '1980-01-01'", "INVALID_FIELD", 1, 42,
            "must be of type date and should not be enclosed in quotes"
        ),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", 1, 44, "must be of type dateTime"),
        (
            "SELECT Id FROM Contact WHERE LastName = 5", "INVALID_FIELD", 1, 41,
            "must be of type string and should be enclosed in quotes"
        ),
        ("SELECT Id FROM Contact WHERE DoNotCall = 'true'", "INVALID_FIELD", 1, 42, "must be of type boolean"),
        (
            "SELECT Id FROM Contact WHERE Birthdate LIKE 'a%'", "INVALID_QUERY_FILTER_OPERATOR", 1, 40,
            "does not support the operator LIKE"
        ),
        ("SELECT Id FROM Contact WHERE LastName INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR", 1, 39, "INCLUDES"),
        ("SELECT Id FROM Contact WHERE MailingAddress = 'a'", "INVALID_FIELD", 1, 30, "can not be filtered"),
        ("SELECT Id, Id FROM Contact", "MALFORMED_QUERY", 1, 12, "duplicate field selected: Id"),
        ("SELECT LastName n FROM Contact", "MALFORMED_QUERY", 1, 17, "only aggregate expressions use field aliasing"),
        (
            "SELECT LastName, COUNT(Id) FROM Contact GROUP BY FirstName", "MALFORMED_QUERY", 1, 8,
            "Field must be grouped or aggregated: LastName"
        ),
        (
            "SELECT Status, COUNT(Id) FROM Case GROUP BY ROLLUP(Status, Subject, Origin, Priority)", "MALFORMED_QUERY",
            1, 77, "at most 3 fields"
        ),
        (
            "SELECT GROUPING(Origin), COUNT(Id) FROM Case GROUP BY ROLLUP(Status)", "MALFORMED_QUERY", 1, 8,
            "GROUPING takes a field of the ROLLUP or CUBE"
        ),
        (
            "SELECT GROUPING(Status), COUNT(Id) FROM Case GROUP BY Status", "MALFORMED_QUERY", 1, 8,
            "GROUPING is for queries with ROLLUP or CUBE"
        ),
        ("SELECT Origin, COUNT(Id) FROM Case GROUP BY CUBE(Status)", "MALFORMED_QUERY", 1, 8, "must be grouped"),
        ("SELECT SUM(LastName) FROM Contact", "MALFORMED_QUERY", 1, 8, "does not support aggregate operator SUM"),
        (
            "SELECT Id FROM Contact LIMIT 1 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", 1, 39,
            "Maximum SOQL offset allowed is 2000"
        ),
        ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY", 1, 8, "must have a LIMIT of at most 200"),
        (
            "SELECT (SELECT Id FROM Nopes) FROM Account", "INVALID_TYPE", 1, 24,
            "Didn't understand relationship 'Nopes' in FROM part of query call."
        ),
        (
            "SELECT Id FROM Contact WHERE AccountId IN (SELECT Name FROM Account)", "INVALID_FIELD", 1, 51,
            "must have an id or reference type"
        ),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", 1, 29, ""),
        ("SELECT Id FROM Contact WHERE Id = :id", "MALFORMED_QUERY", 1, 35, ""),
        (
            "SELECT Id FROM Contact WHERE Account.Parent.Parent.Parent.Parent.Parent.Name = 'a'", "MALFORMED_QUERY", 1,
            30, "at most five parents"
        ),
        ("SELECT toLabel(MailingAddress) a FROM Contact", "MALFORMED_QUERY", 1, 16, "takes a part of 'MailingAddress'"),
        (
            "SELECT Id FROM Contact WHERE DISTANCE(LastName, GEOLOCATION(1, 2), 'km') < 1", "MALFORMED_QUERY", 1, 39,
            "'LastName' is none"
        ),
        (
            "SELECT Id FROM Contact WHERE DISTANCE(MailingAddress, GEOLOCATION(91, 2), 'km') < 1", "MALFORMED_QUERY",
            1, 67, "A latitude lies between -90 and 90 degrees."
        ),
        (
            "SELECT Id FROM Contact WHERE DISTANCE(MailingAddress, GEOLOCATION(9, -181.5), 'km') < 1",
            "MALFORMED_QUERY", 1, 70, "A longitude lies between -180 and 180 degrees."
        ),
        (
            "SELECT Id FROM Contact WHERE DISTANCE(MailingAddress, GEOLOCATION(9, 2), 'km') = 1",
            "INVALID_QUERY_FILTER_OPERATOR", 1, 80, "does not support the operator ="
        ),
    ])
    func `errors have the platform's code and place`(
        soql: String, code: String, line: Int, column: Int, message: String
    ) async throws {
        let fixture = try await QueryFixture()
        let error = try await #require(throws: PlatformError.self) { try await fixture.session.query(soql) }
        #expect(error.code.name == code, "\(error.message)")
        #expect(error.position?.line == line && error.position?.column == column, "\(error.position ?? (0, 0))")
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.message.contains("ERROR at Row:\(line):Column:\(column)"))
    }

    @Test func `bind variables hold one value or many`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let one = try await fixture.session.query(
            "SELECT LastName FROM Contact WHERE LastName = :name AND Id IN :ids ORDER BY Id LIMIT :n",
            bindings: [
                "name": .one("sato"), "n": .one(.integer(5)),
                "ids": .many([.id(QueryFixture.id("003", 2)), .text("003000000000003")]),
            ]
        )
        #expect(one.map(\.line) == ["LastName=sato"])
        let none = try await fixture.session.query(
            "SELECT Id FROM Contact WHERE Id IN :ids", bindings: ["ids": .many([])])
        #expect(none.isEmpty)
        await #expect(throws: PlatformError(.malformedQuery, "")) {
            try await fixture.session.query("SELECT Id FROM Contact WHERE Id = :nope", bindings: ["ids": .many([])])
        }
    }

    @Test(arguments: [
        ("ja_JP", ["¥1,250,000", "10", "1980/2/29", "2026/11/24 11:43"]),
        ("en_US", ["¥1,250,000", "10", "2/29/1980", "11/24/2026, 11:43 AM"]),
        ("de_DE", ["1.250.000 ¥", "10", "29.2.1980", "24.11.2026, 11:43"]),
    ])
    func `FORMAT writes values as the user's locale does`(locale: String, expected: [String]) async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        try await fixture.insert(
            "User", 77,
            [
                "LastName": "Viewer", "IsActive": true, "ProfileId": .id(FirstRows.administrator),
                "LocaleSidKey": .text(locale), "TimeZoneSidKey": "Asia/Tokyo",
            ]
        )
        let session = try await fixture.engine.session(
            for: QueryFixture.id("005", 77), application: "test", purpose: "customerService")
        let rows = try await session.query(
            """
            SELECT FORMAT(Account.AnnualRevenue), FORMAT(Account.NumberOfEmployees) staff, FORMAT(Birthdate), \
            FORMAT(CreatedDate) made, CreatedDate, FORMAT(LastName) FROM Contact WHERE Birthdate != NULL
            """
        )
        let row = try #require(rows.first)
        #expect(
            [row["Account.AnnualRevenue"].text, row["staff"].text, row["Birthdate"].text, row["made"].text] == expected)
        #expect(row["LastName"] == "Sato" && row["CreatedDate"].text == nil)
        // Through blocks, grouped, and in the rows of children.
        let bytes = try await session.encode(
            "SELECT FORMAT(Birthdate), LastName FROM Contact WHERE Id = '003000000000001'", with: Lines()
        ).reduce(into: [UInt8]()) { $0 += $1 }
        #expect(String(decoding: bytes, as: UTF8.self) == "Birthdate LastName\n\(expected[2]) Sato\n")
        let sums = try await session.query("SELECT FORMAT(SUM(AnnualRevenue)) total FROM Account")
        #expect(sums.first?["total"].text == expected[0])
        let children = try await session.query(
            "SELECT (SELECT FORMAT(Birthdate) FROM Contacts WHERE Birthdate != NULL) FROM Account WHERE Name = 'Acme'")
        #expect(children.first?.children("Contacts").first?["Birthdate"].text == expected[2])
    }

    /// A row a line, cells with a space between them.
    private struct Lines: RowEncoder {
        mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
            out += columns.map(\.name).joined(separator: " ").utf8 + [0x0A]
        }

        mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
            out += (0..<2).map { cells.string($0) }.joined(separator: " ").utf8 + [0x0A]
        }

        mutating func end(into out: inout [UInt8]) {}
    }

    @Test func `the bin is seen when asked for`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let soql = "SELECT LastName FROM Contact WHERE AccountId = '001000000000001' ORDER BY Id"
        #expect(
            try await fixture.session.query(soql, deleted: .with).map { $0["LastName"].shown } == [
                "Sato", "sato", "Gone",
            ])
        #expect(try await fixture.session.query(soql, deleted: .only).map { $0["LastName"].shown } == ["Gone"])
        let all = try await fixture.session.count("SELECT COUNT() FROM Contact", bindings: [:])
        #expect(all == 5)
        #expect(try await fixture.session.count("SELECT COUNT() FROM Contact LIMIT 3", bindings: [:]) == 3)
    }

    @Test func `parts of a date follow the user's clock where the query says so`() async throws {
        let fixture = try await QueryFixture(timeZone: "America/New_York")
        try await fixture.insert(
            "Account", 1, ["Name": "A", "CreatedDate": .datetime(Instant("2026-07-01T03:30:00Z") ?? QueryFixture.now)])
        try await fixture.insert(
            "Account", 2, ["Name": "B", "CreatedDate": .datetime(Instant("2026-01-01T04:30:00Z") ?? QueryFixture.now)])
        let rows = try await fixture.session.query(
            """
            SELECT Name, HOUR_IN_DAY(convertTimezone(CreatedDate)) h, DAY_ONLY(convertTimezone(CreatedDate)) d, \
            CALENDAR_YEAR(CreatedDate) y FROM Account GROUP BY Name, HOUR_IN_DAY(convertTimezone(CreatedDate)), \
            DAY_ONLY(convertTimezone(CreatedDate)), CALENDAR_YEAR(CreatedDate) ORDER BY Name
            """
        )
        #expect(rows.map(\.line) == ["Name=A h=23 d=2026-06-30 y=2026", "Name=B h=23 d=2025-12-31 y=2026"])
    }
}
