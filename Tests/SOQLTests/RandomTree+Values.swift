import Records
import SOQL

extension RandomTree {
    mutating func number() -> Literal.Kind {
        switch Int.random(in: 0...2, using: &generator) {
        case 0: .integer(Int64(bitPattern: generator.next()))
        case 1: .double(Double.random(in: -1e6...1e6, using: &generator))
        default: .double(Double(sign: .plus, exponent: .random(in: -300...300, using: &generator), significand: 1.7))
        }
    }

    mutating func literal() -> Literal {
        let day = Day.platformRange.lowerBound.adding(days: .random(in: 0...840_000, using: &generator))
        let milliseconds = Int.random(in: 0..<86_400_000, using: &generator)
        let amount = Double(sign: .plus, exponent: .random(in: -40...90, using: &generator), significand: 1.3)
        let kind: Literal.Kind =
            switch Int.random(in: 0...10, using: &generator) {
            case 0: .null
            case 1: .boolean(flip())
            case 2: .string(string())
            case 3: .date(day)
            case 4: .datetime(Instant(startOf: day).adding(milliseconds: Int64(milliseconds)))
            case 5: .time(TimeOfDay(milliseconds: milliseconds))
            case 6: .relative(relative())
            case 7: .currency(pick(["USD", "JPY"]), amount)
            case 8: .bind(Bind("a.b(1,new B())[0]"))
            default: number()
            }
        return Literal(kind)
    }

    private mutating func relative() -> DateLiteral {
        let count = Int.random(in: 0...999_999, using: &generator)
        if flip() && flip() { return DateLiteral(flip() ? .last90 : .next90, .day) }
        return DateLiteral(
            pick([.this, .last, .next, .lastN(count), .nextN(count), .ago(count)]),
            pick(DateLiteral.Unit.allCases)
        )
    }

    mutating func string() -> String {
        let signs = ["'", "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{C}", "\u{0}", "\u{7F}", "%", "_"]
        return list(0...8) { $0.flip() ? $0.pick(signs) : $0.pick(["a", "B", "é", "山", "😀"]) }.joined()
    }

    mutating func pattern() -> String {
        list(0...8) { $0.pick(["a", "%", "_", "\\%", "\\_", "\\\\", "'", "\n", "山"]) }.joined()
    }

    mutating func search() -> Search {
        Search(
            term: flip() ? .expression(.all([.word(SearchWord([.text("ab")])), term()])) : .bind(Bind("q"), .start),
            group: maybe { $0.pick(SearchGroup.allCases) },
            returning: list(0...3) { $0.returning() },
            with: list(0...2) { $0.searchWith() },
            limit: maybe { $0.flip() ? Literal(.integer(20)) : Literal(.bind(Bind("n"))) },
            updates: list(0...2) { $0.pick(ArticleUpdate.allCases) }
        )
    }

    private mutating func returning() -> Returning {
        guard flip() else { return Returning(object: Name("Account")) }
        return Returning(
            object: Name("Contact"),
            fields: list(1...3) { .expression($0.expression(), alias: nil) },
            listView: maybe { _ in Name("Recent") },
            where: maybe { $0.condition() },
            orderBy: list(0...2) { Ordering($0.expression(), isDescending: $0.flip()) },
            limit: maybe { _ in Literal(.integer(3)) },
            offset: maybe { _ in Literal(.integer(4)) }
        )
    }

    private mutating func searchWith() -> SearchWith {
        pick([
            .division(literal()), .snippet(length: nil), .snippet(length: Literal(.integer(120))), .highlight,
            .phraseSearch, .network(list(1...2) { $0.literal() }), .pricebook(literal()), .spellCorrection(literal()),
            .metadata(literal()), .securityEnforced, .userMode, .systemMode,
            .dataCategories([CategoryFilter(group: Name("g"), selector: .at, categories: [Name("x"), Name("y")])]),
        ])
    }

    private mutating func term(_ level: Int = 0) -> SearchExpression {
        switch Int.random(in: 0...5, using: &generator) {
        case 0 where level < 3: .any(list(2...3) { $0.term(level + 1) })
        case 1 where level < 3:
            .all(
                [term(level + 1)]
                    + list(1...2) { $0.flip() ? .not($0.term(level + 1)) : $0.term(level + 1) }
            )
        case 2: .phrase(list(1...3) { $0.searchWord() })
        default: .word(searchWord())
        }
    }

    private mutating func searchWord() -> SearchWord {
        var parts: [SearchWord.Part] = []
        if flip() { parts.append(flip() ? .anyRun : .anyOne) }
        let letters = ["a", "Z", "山", " ", "\u{3000}", "\"", "\\", "}", "(", "*", "-", "'", "\n", "and", "OR", "not"]
        parts.append(.text(list(1...4) { $0.pick(letters) }.joined()))
        if flip() { parts.append(.anyRun) }
        return SearchWord(parts)
    }
}
