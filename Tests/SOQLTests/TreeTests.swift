import Records
import SOQL
import Testing

@Suite struct TreeTests {
    @Test func `a query becomes a tree with places`() throws {
        let query = try Query(
            parsing: "SELECT Id, Account.Name n\nFROM Contact c\nWHERE c.Name LIKE 'Sa%' AND (NOT Age__c > 20)",
            dialect: .api
        )
        let like = Comparison(.field(Path(["c", "Name"])), .like, .literal(Literal(.string("Sa%"))))
        let older = Comparison(.field(Path(["Age__c"])), .greater, .literal(Literal(.integer(20))))
        #expect(
            query
                == Query(
                    select: [
                        .expression(.field(Path(["Id"])), alias: nil),
                        .expression(.field(Path(["Account", "Name"])), alias: Name("n")),
                    ],
                    from: From(Path(["Contact"]), alias: Name("c")),
                    where: .all([.comparison(like), .not(.comparison(older))])
                )
        )
        #expect(query.select[1].position.column == 12)
        #expect(query.from.source.position.line == 2)
        #expect(query.from.source.position.column == 6)
    }

    @Test(arguments: [
        ("5", Literal.Kind.integer(5)),
        ("-5", .integer(-5)),
        ("9223372036854775808", .double(9_223_372_036_854_775_808)),
        ("-0.25", .double(-0.25)),
        (".5", .double(0.5)),
        ("1e3", .double(1000)),
        ("tRuE", .boolean(true)),
        ("null", .null),
        ("2026-11-23", .date(Day(year: 2026, month: 11, day: 23))),
        ("2026-11-23T09:30:00Z", .datetime(Instant(milliseconds: 1_795_426_200_000))),
        ("2026-11-23T18:30:00.000+0900", .datetime(Instant(milliseconds: 1_795_426_200_000))),
        ("2026-11-23T18:30:00+09:00", .datetime(Instant(milliseconds: 1_795_426_200_000))),
        ("2026-11-23T18:30:00.000 0900", .datetime(Instant(milliseconds: 1_795_426_200_000))),
        ("2026-11-23T18:30:00 09:00", .datetime(Instant(milliseconds: 1_795_426_200_000))),
        ("01:30:00.000Z", .time(TimeOfDay(milliseconds: 5_400_000))),
        ("last_n_days:3", .relative(DateLiteral(.lastN(3), .day))),
        ("usd500.25", .currency("USD", 500.25)),
        (#"'it\'s\n\"\\ \u00e9\ud83d\ude00\_\%'"#, .string("it's\n\"\\ é😀_%")),
        ("''", .string("")),
    ])
    func `a literal has its kind`(_ text: String, _ kind: Literal.Kind) throws {
        let query = try Query(parsing: "SELECT Id FROM Case WHERE a = \(text) LIMIT 1", dialect: .api)
        #expect(query.where == .comparison(Comparison(.field(Path(["a"])), .equal, .literal(Literal(kind)))))
    }

    @Test func `a pattern keeps the escapes that mean something to LIKE`() throws {
        let query = try Query(parsing: #"SELECT Id FROM Case WHERE a LIKE '100\% o\'f \\ \_%'"#, dialect: .api)
        let pattern = Literal(.string(#"100\% o'f \\ \_%"#))
        #expect(query.where == .comparison(Comparison(.field(Path(["a"])), .like, .literal(pattern))))
        #expect(query.text == #"SELECT Id FROM Case WHERE a LIKE '100\% o\'f \\ \_%'"#)
    }

    @Test func `a pattern that ends in a backslash cannot end the printed literal early`() {
        let pattern = Literal(.string(#"a\'b\"#))
        let condition = Condition.comparison(Comparison(.field(Path(["a"])), .like, .literal(pattern)))
        #expect(condition.text == #"a LIKE 'a\'b\\'"#)
    }

    @Test(arguments: [
        (":name", "name"), (": account . Id", "account.Id"), (":list[ 0 ].Id", "list[0].Id"),
        (":new Map<Id, SObject>(x).keySet()", "new Map<Id,SObject>(x).keySet()"),
        (":a?.b", "a?.b"), (":f('x, )', new A())", "f('x, )',new A())"),
    ])
    func `a bind variable keeps its expression without idle space`(_ text: String, _ expression: String) throws {
        let query = try Query(parsing: "SELECT Id FROM Case WHERE a IN \(text) LIMIT 5", dialect: .apex)
        let bind = Literal(.bind(Bind(expression)))
        #expect(query.where == .comparison(Comparison(.field(Path(["a"])), .in, .literal(bind))))
        #expect(query.limit == Literal(.integer(5)))
    }

    @Test func `words of the grammar can be names`() throws {
        let text = "SELECT Group.Name, Order, Format, Count, Limit, Update max FROM Group GROUP BY Group.Name, Order"
        #expect(try Query(parsing: text, dialect: .api).text == text)
    }

    @Test func `a search term has its own language`() throws {
        let text = #"FIND {Sm?th* OR "Sato Hanako" and (a\&b)　山田 AND NOT 次郎}"#
        let search = try Search(parsing: text, dialect: .api)
        func word(_ text: String) -> SearchExpression { .word(SearchWord([.text(text)])) }
        let wild = SearchExpression.word(SearchWord([.text("Sm"), .anyOne, .text("th"), .anyRun]))
        let phrase = SearchExpression.phrase([SearchWord([.text("Sato")]), SearchWord([.text("Hanako")])])
        let expected = SearchExpression.any([wild, .all([phrase, word("a&b"), word("山田"), .not(word("次郎"))])])
        #expect(search.term == .expression(expected))
        #expect(try SearchExpression(parsing: expected.text) == expected)
    }
}
