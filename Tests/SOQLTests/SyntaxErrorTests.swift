import Records
import SOQL
import Testing

@Suite struct SyntaxErrorTests {
    @Test(arguments: [
        ("", 1, 1, "unexpected token: '<EOF>'"),
        ("SELEC Id FROM Contact", 1, 1, "unexpected token: 'SELEC'"),
        ("SELECT FROM Contact", 1, 8, "unexpected token: 'FROM'"),
        ("SELECT Id, FROM Contact", 1, 12, "unexpected token: 'FROM'"),
        ("SELECT Id Contact", 1, 18, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Contact extra words", 1, 30, "unexpected token: 'words'"),
        ("SELECT Id FROM Contact WHERE", 1, 29, "unexpected token: '<EOF>'"),
        ("SELECT Id\nFROM Contact\nWHERE Name == 'x'", 3, 13, "unexpected token: '='"),
        ("SELECT Id\r\nFROM Contact\r\nWHERE Name % 'x'", 3, 12, "unexpected token: '%'"),
        ("SELECT Id FROM Contact WHERE Name = '佐藤' AND 氏名 = 'x'", 1, 46, "unexpected token: '氏'"),
        ("SELECT Id FROM Contact WHERE Name = Sato", 1, 37, "unexpected token: 'Sato'"),
        ("SELECT Id FROM Contact WHERE Name = 'Sato", 1, 42, "mismatched character '<EOF>' expecting '''"),
        ("SELECT Id FROM Contact WHERE (Name = 'a'", 1, 41, "expecting a right parentheses, found '<EOF>'"),
        ("SELECT Id FROM Contact WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", 1, 56, "unexpected token: 'OR'"),
        ("SELECT Id FROM Contact WHERE Name IN ()", 1, 39, "unexpected token: ')'"),
        ("SELECT Id FROM Contact WHERE Name NOT LIKE 'a'", 1, 39, "unexpected token: 'LIKE'"),
        ("SELECT Id FROM Contact WHERE Name LIKE 5", 1, 40, "unexpected token: '5'"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-02-30", 1, 44, "unexpected token: '2026-02-30'"),
        (
            "SELECT Id FROM Contact WHERE CreatedDate > 2026-02-03T25:00:00Z", 1, 44,
            "unexpected token: '2026-02-03T25:00:00Z'"
        ),
        ("SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS", 1, 55, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Contact WHERE CreatedDate = LAST_N_DAYS:x", 1, 56, "unexpected token: 'x'"),
        ("SELECT Id FROM Contact LIMIT -1", 1, 30, "unexpected token: '-1'"),
        ("SELECT Id FROM Contact LIMIT 1.5", 1, 30, "unexpected token: '1.5'"),
        ("SELECT Id FROM Contact OFFSET 1 LIMIT 1", 1, 33, "unexpected token: 'LIMIT'"),
        ("SELECT Id FROM Contact FOR EVER", 1, 28, "unexpected token: 'EVER'"),
        ("SELECT NOPE(Id) FROM Contact", 1, 12, "unexpected token: '('"),
        ("SELECT SUM() FROM Contact", 1, 12, "unexpected token: ')'"),
        ("SELECT SUM(MAX(Id)) FROM Contact", 1, 12, "unexpected token: 'MAX'"),
        ("SELECT COUNT(), Id FROM Contact", 1, 8, "unexpected token: 'COUNT'"),
        ("SELECT Id FROM Contact GROUP BY COUNT(Id)", 1, 33, "unexpected token: 'COUNT'"),
        ("SELECT FIELDS(SOME) FROM Contact", 1, 15, "unexpected token: 'SOME'"),
        ("SELECT Id, (SELECT Id FROM Contacts FROM Account", 1, 37, "expecting a right parentheses, found 'FROM'"),
        ("SELECT Id FROM Contact /* all */", 1, 24, "unexpected token: '/'"),
        ("SELECT Id FROM Contact\u{0}", 1, 23, "unexpected token: '\u{0}'"),
        (
            "SELECT Id FROM Contact WHERE Name = 'a\\qb'", 1, 39,
            "Illegal string literal: '\\q' is not an escape that exists"
        ),
        (
            "SELECT Id FROM Contact WHERE Name = 'a\n 佐\\q'", 2, 3,
            "Illegal string literal: '\\q' is not an escape that exists"
        ),
        ("SELECT Id FROM Opportunity WHERE Amount > USD1.5e999", 1, 43, "unexpected token: 'USD1'"),
        ("SELECT Id FROM Contact WHERE Name = :name", 1, 37, "Bind variables only allowed in Apex code"),
        ("SELECT Id FROM Contact ALL ROWS", 1, 24, "ALL ROWS not allowed in this context"),
        ("SELECT Id FROM Contact WITH USER_MODE", 1, 29, "WITH USER_MODE is only allowed in Apex code"),
    ])
    func `a wrong query is refused where it goes wrong`(_ text: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: SOQLError.self) { try Query(parsing: text, dialect: .api) }
        #expect(error?.message == message)
        #expect(error?.position.line == line)
        #expect(error?.position.column == column)
    }

    @Test(arguments: [
        ("FIND Sato", 1, 6, "unexpected token: 'Sato'"),
        ("FIND {Sato", 1, 11, "mismatched character '<EOF>' expecting '}'"),
        ("FIND {}", 1, 7, "unexpected token: '}'"),
        ("FIND {a}", 1, 7, "search term must be longer than one character"),
        ("FIND {*}", 1, 7, "search term must be longer than one character"),
        ("FIND {Sato AND}", 1, 15, "unexpected token: '}'"),
        ("FIND {Sato OR OR Suzuki}", 1, 15, "unexpected token: 'OR'"),
        ("FIND {NOT Sato}", 1, 7, "unexpected token: 'NOT'"),
        ("FIND {(Sato OR Suzuki}", 1, 22, "expecting a right parentheses"),
        ("FIND {Sato) AND Suzuki}", 1, 11, "unexpected token: ')'"),
        ("FIND {\"Sato Hanako}", 1, 7, "mismatched character '<EOF>' expecting '\"'"),
        ("FIND {\"\"}", 1, 7, "unexpected token: '\"'"),
        ("FIND {AT&T}", 1, 9, "unexpected token: '&'; write \\& to search for it"),
        ("FIND {Sato} IN SOME FIELDS", 1, 16, "unexpected token: 'SOME'"),
        ("FIND {Sato} RETURNING Account()", 1, 31, "unexpected token: ')'"),
        ("FIND {Sato} RETURNING Account(Id, (SELECT Id FROM Contacts))", 1, 35, "unexpected token: '('"),
        ("FIND {Sato} WITH bob", 1, 18, "unexpected token: 'bob'"),
        ("FIND 'Sato'", 1, 6, "A search term stands in braces: FIND {term}"),
    ])
    func `a wrong search is refused where it goes wrong`(_ text: String, line: Int, column: Int, message: String) {
        let error = #expect(throws: SOQLError.self) { try Search(parsing: text, dialect: .api) }
        #expect(error?.message == message)
        #expect(error?.position.line == line)
        #expect(error?.position.column == column)
        #expect(error?.platformError(in: text).code == .malformedSearch)
    }

    @Test func `an error reaches the wire with its piece of the query and a caret`() throws {
        let text = "SELECT Id\nFROM Contact\nWHERE\tName = = 'x'"
        let error = try #require(throws: SOQLError.self) { try Query(parsing: text, dialect: .api) }
        let wire = error.platformError(in: text)
        #expect(wire.code == .malformedQuery)
        #expect(wire.position?.line == 3)
        #expect(
            wire.message == """

                WHERE Name = = 'x'
                             ^
                ERROR at Row:3:Column:14
                unexpected token: '='
                """
        )
    }

    @Test func `the piece of a long query is cut to what surrounds the place`() {
        let text = String(repeating: "a", count: 100) + "!" + String(repeating: "b", count: 100)
        let report = Position(line: 1, column: 101).report("here", in: text)
        let lines = report.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[1] == String(repeating: "a", count: 60) + "!" + String(repeating: "b", count: 59))
        #expect(lines[2] == String(repeating: " ", count: 60) + "^")
        #expect(lines[3] == "ERROR at Row:1:Column:101")
    }

    @Test func `a text of more than a hundred thousand characters is refused`() throws {
        let within = "SELECT Id FROM Contact WHERE Name = '" + String(repeating: "山", count: 99_962) + "'"
        #expect(within.unicodeScalars.count == 100_000)
        _ = try Query(parsing: within, dialect: .api)
        let error = try #require(throws: SOQLError.self) { try Query(parsing: within + " ", dialect: .api) }
        #expect(error.code == .tooLong)
        #expect(error.platformError(in: within).message == "SOQL statements cannot be longer than 100000 characters.")
    }

    @Test(arguments: ["(", "NOT ", "NOT ("])
    func `deep nesting is refused before it can hurt`(_ opening: String) throws {
        let text = "SELECT Id FROM Contact WHERE " + String(repeating: opening, count: 15_000)
        let error = try #require(throws: SOQLError.self) { try Query(parsing: text, dialect: .api) }
        #expect(error.code == .tooDeep)
        #expect(error.platformError(in: text).code == .queryTooComplicated)
    }

    @Test func `queries inside each other are refused beyond the limit`() {
        let text = String(repeating: "SELECT (", count: 10_000)
        let error = #expect(throws: SOQLError.self) { try Query(parsing: text, dialect: .api) }
        #expect(error?.code == .tooDeep)
        let term = "FIND {" + String(repeating: "(", count: 50_000)
        let termError = #expect(throws: SOQLError.self) { try Search(parsing: term, dialect: .api) }
        #expect(termError?.code == .tooDeep)
    }
}
