extension Query {
    /// The query as one line of text. Reading it back in ``Dialect/apex`` gives an equal query.
    public var text: String {
        var printer = Printer()
        printer.query(self)
        return printer.out
    }
}

extension Condition {
    /// The condition as it stands behind `WHERE`.
    public var text: String {
        var printer = Printer()
        printer.condition(self)
        return printer.out
    }
}

/// Writes trees as text, keywords in capitals, one space between words.
struct Printer {
    private(set) var out = ""

    mutating func write(_ text: String) { out += text }

    /// Nodes with commas between.
    mutating func list<Node>(_ nodes: [Node], _ write: (inout Printer, Node) -> Void) {
        for (index, node) in nodes.enumerated() {
            if index > 0 { out += ", " }
            write(&self, node)
        }
    }

    mutating func query(_ query: Query) {
        write("SELECT ")
        list(query.select) { $0.selectItem($1) }
        write(" FROM ")
        from(query.from)
        switch query.using {
        case .scope(let name): write(" USING SCOPE \(name.text)")
        case .lookup(let path): write(" USING LOOKUP \(path.text)")
        case nil: break
        }
        if let condition = query.where {
            write(" WHERE ")
            self.condition(condition)
        }
        if let with = query.with {
            write(" WITH ")
            self.with(with)
        }
        if let grouping = query.groupBy { groupBy(grouping) }
        if let having = query.having {
            write(" HAVING ")
            condition(having)
        }
        orderBy(query.orderBy)
        window(limit: query.limit, offset: query.offset)
        if !query.bindings.isEmpty {
            write(" BIND ")
            list(query.bindings) {
                $0.write("\($1.field.text) = ")
                $0.literal($1.value)
            }
        }
        for purpose in query.purposes { write(" FOR \(purpose.rawValue)") }
        updates(query.updates)
        if query.isAllRows { write(" ALL ROWS") }
    }

    private mutating func from(_ from: From) {
        write(from.source.text)
        if let alias = from.alias { write(" \(alias.text)") }
        for relation in from.relations {
            write(", \(relation.path.text)")
            if let alias = relation.alias { write(" \(alias.text)") }
        }
    }

    private mutating func groupBy(_ grouping: Grouping) {
        write(" GROUP BY ")
        switch grouping {
        case .plain: list(grouping.expressions) { $0.expression($1) }
        case .rollup, .cube:
            if case .rollup = grouping { write("ROLLUP(") } else { write("CUBE(") }
            list(grouping.expressions) { $0.expression($1) }
            write(")")
        }
    }

    mutating func orderBy(_ orderings: [Ordering]) {
        guard !orderings.isEmpty else { return }
        write(" ORDER BY ")
        list(orderings) { printer, ordering in
            printer.expression(ordering.expression)
            if ordering.isDescending { printer.write(" DESC") }
            if let nulls = ordering.nulls { printer.write(" NULLS \(nulls.rawValue)") }
        }
    }

    mutating func window(limit: Literal?, offset: Literal?) {
        if let limit {
            write(" LIMIT ")
            literal(limit)
        }
        if let offset {
            write(" OFFSET ")
            literal(offset)
        }
    }

    mutating func updates(_ updates: [ArticleUpdate]) {
        guard !updates.isEmpty else { return }
        write(" UPDATE ")
        list(updates) { $0.write($1.rawValue) }
    }
}
