extension Search {
    /// The search as one line of text. Reading it back in ``Dialect/apex`` gives an equal search.
    public var text: String {
        var printer = Printer()
        printer.search(self)
        return printer.out
    }
}

extension SearchExpression {
    /// The expression as it stands between the braces.
    public var text: String {
        var printer = Printer()
        printer.term(self)
        return printer.out
    }
}

extension Printer {
    mutating func search(_ search: Search) {
        switch search.term {
        case .expression(let expression):
            write("FIND {")
            term(expression)
            write("}")
        case .bind(let bind, _): write("FIND :\(bind.expression)")
        }
        if let group = search.group { write(" IN \(group.rawValue) FIELDS") }
        if !search.returning.isEmpty {
            write(" RETURNING ")
            list(search.returning) { $0.returning($1) }
        }
        for with in search.with {
            write(" ")
            searchWith(with)
        }
        window(limit: search.limit, offset: nil)
        updates(search.updates)
    }

    private mutating func returning(_ returning: Returning) {
        write(returning.object.text)
        guard !returning.fields.isEmpty else { return }
        write("(")
        list(returning.fields) { $0.selectItem($1) }
        if let condition = returning.where {
            write(" WHERE ")
            self.condition(condition)
        }
        if let view = returning.listView { write(" USING ListView = \(view.text)") }
        orderBy(returning.orderBy)
        window(limit: returning.limit, offset: returning.offset)
        write(")")
    }

    private mutating func searchWith(_ with: SearchWith) {
        func setting(_ name: String, _ literal: Literal) {
            write("WITH \(name) = ")
            self.literal(literal)
        }
        switch with {
        case .division(let literal): setting("DIVISION", literal)
        case .pricebook(let literal): setting("PricebookId", literal)
        case .spellCorrection(let literal): setting("SPELL_CORRECTION", literal)
        case .metadata(let literal): setting("METADATA", literal)
        case .network(let literals) where literals.count == 1: setting("NETWORK", literals[0])
        case .network(let literals):
            write("WITH NETWORK IN (")
            list(literals) { $0.literal($1) }
            write(")")
        case .dataCategories(let filters):
            write("WITH ")
            dataCategories(filters)
        case .snippet(let length):
            write("WITH SNIPPET")
            guard let length else { return }
            write(" (target_length = ")
            literal(length)
            write(")")
        case .highlight: write("WITH HIGHLIGHT")
        case .phraseSearch: write("USING PHRASE SEARCH")
        case .securityEnforced: write("WITH SECURITY_ENFORCED")
        case .userMode: write("WITH USER_MODE")
        case .systemMode: write("WITH SYSTEM_MODE")
        }
    }

    mutating func term(_ expression: SearchExpression, isInside: Bool = false) {
        switch expression {
        case .word(let word): self.word(word)
        case .phrase(let words):
            write("\"")
            for (index, word) in words.enumerated() {
                if index > 0 { write(" ") }
                self.word(word)
            }
            write("\"")
        case .not(let inner):
            write("NOT ")
            term(inner, isInside: true)
        case .all(let list), .any(let list):
            if isInside { write("(") }
            let joint = if case .all = expression { " AND " } else { " OR " }
            for (index, inner) in list.enumerated() {
                if index > 0 { write(joint) }
                term(inner, isInside: true)
            }
            if isInside { write(")") }
        }
    }

    private mutating func word(_ word: SearchWord) {
        if let plain = word.plain, ["AND", "OR", "NOT"].contains(plain.uppercased()) { write("\\") }
        for part in word.parts {
            switch part {
            case .anyRun: write("*")
            case .anyOne: write("?")
            case .text(let text):
                for scalar in text.unicodeScalars {
                    if Self.isReserved(scalar) { write("\\") }
                    write(String(scalar))
                }
            }
        }
    }

    private static func isReserved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "?", "&", "|", "!", "{", "}", "[", "]", "(", ")", "^", "~", "*", ":", "\\", "\"", "'", "+", "-": true
        case "\u{3000}": true
        default: scalar.value <= 0x20 || scalar.value == 0x7F
        }
    }
}
