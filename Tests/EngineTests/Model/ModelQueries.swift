import Records

/// Makes queries up.
struct ModelQueries {
    let schema: ModelSchema
    var random: ModelRandom

    private typealias Choice = (path: [String], field: ModelSchema.Field)

    mutating func query() -> ModelQuery {
        let object = random.one(of: schema.objects)
        if random.chance(25) { return grouped(object) }
        var query = plain(object)
        if let child = child(of: object), random.chance(15) {
            var inner = plain(child.object)
            inner.offset = nil
            query.child = (child.relation, child.field, [inner])
        }
        return query
    }

    private mutating func child(of object: String) -> (relation: String, field: String, object: String)? {
        let all = schema.children(of: object)
        return all.isEmpty ? nil : random.one(of: all)
    }

    private mutating func plain(_ object: String) -> ModelQuery {
        let paths = paths(object)
        var query = ModelQuery(object: object, select: [["Id"]])
        for choice in paths.shuffled(using: &random).prefix(random.number(0...4)) { query.select.append(choice.path) }
        if random.chance(85) { query.condition = condition(object, depth: 3) }
        if random.chance(60) {
            query.order = paths.filter { $0.field.kind != .choices }.shuffled(using: &random).prefix(
                random.number(1...3)
            ).map {
                ModelQuery.Order(path: $0.path, isDescending: random.chance(50), nullsLast: random.chance(50))
            }
            // Without an order it would be chance which rows are meant.
            if random.chance(50) { query.limit = random.number(0...40) }
            if random.chance(30) { query.offset = random.number(0...20) }
        }
        return query
    }

    private mutating func grouped(_ object: String) -> ModelQuery {
        var query = ModelQuery(object: object)
        if random.chance(85) { query.condition = condition(object, depth: 2) }
        let paths = paths(object)
        // Of texts that differ in case alone it would be chance which one stands for the group.
        var names: Set<String> = []
        query.groups = paths.filter(\.field.isGroupable).shuffled(using: &random)
            .filter { names.insert($0.field.name).inserted }.prefix(random.number(0...2)).map(\.path)
        query.aggregates = [
            ModelQuery.Aggregate(
                function: random.one(of: ["COUNT", "COUNT_DISTINCT"]),
                path: random.one(of: paths.filter { $0.field.kind != .choices && $0.field.kind != .flag }).path)
        ]
        for choice in paths.shuffled(using: &random).prefix(random.number(0...3)) {
            switch choice.field.kind {
            case .number, .whole:
                query.aggregates.append(
                    .init(function: random.one(of: ["SUM", "AVG", "MIN", "MAX"]), path: choice.path))
            case .day, .moment:
                query.aggregates.append(.init(function: random.one(of: ["MIN", "MAX"]), path: choice.path))
            case .text, .flag, .choices: break
            }
        }
        if !query.groups.isEmpty, random.chance(30) {
            query.having = (random.one(of: ["=", "!=", "<", "<=", ">", ">="]), Int64(random.number(0...12)))
        }
        return query
    }

    /// Fields of an object and of its parents.
    private func paths(_ object: String, depth: Int = 2) -> [Choice] {
        var paths = (schema.fields[object] ?? []).map { (path: [$0.name], field: $0) }
        guard depth > 0 else { return paths }
        for lookup in schema.lookups[object] ?? [] {
            paths += self.paths(lookup.parent, depth: depth - 1).map {
                (path: [lookup.relation] + $0.path, field: $0.field)
            }
        }
        return paths
    }

    private mutating func condition(_ object: String, depth: Int) -> ModelCondition {
        if depth > 0, random.chance(50) {
            switch random.number(0...3) {
            case 0: return .and((0..<random.number(2...3)).map { _ in condition(object, depth: depth - 1) })
            case 1: return .or((0..<random.number(2...3)).map { _ in condition(object, depth: depth - 1) })
            case 2: return .not(condition(object, depth: depth - 1))
            default: if depth > 1, let inner = inner(object) { return inner }
            }
        }
        return comparison(object)
    }

    /// A semi-join or anti-join: up to a parent, or down to children.
    private mutating func inner(_ object: String) -> ModelCondition? {
        let isDown = random.chance(50)
        if isDown, let child = child(of: object) {
            let query = ModelQuery(
                object: child.object, select: [[child.field]], condition: condition(child.object, depth: 0))
            return .inner(field: "Id", query, isNegated: random.chance(50))
        }
        guard let lookup = schema.lookups[object].map({ random.one(of: $0) }) else { return nil }
        let query = ModelQuery(object: lookup.parent, select: [["Id"]], condition: condition(lookup.parent, depth: 0))
        return .inner(field: lookup.field, query, isNegated: random.chance(50))
    }

    private mutating func comparison(_ object: String) -> ModelCondition {
        let choice = random.one(of: paths(object))
        let (path, field) = choice
        if field.kind == .choices {
            let lists = (0..<random.number(1...2)).map { _ in
                random.one(of: field.values.compactMap(\.text) + ["red", "blue", "red;blue"])
            }
            return .includes(path: path, lists, isNegated: random.chance(40))
        }
        if field.kind == .flag {
            return .compare(path: path, sign: random.one(of: ["=", "!="]), random.one(of: field.values))
        }
        switch random.number(0...5) {
        case 0: return .compare(path: path, sign: random.one(of: ["=", "!="]), .null)
        case 1:
            let values = (0..<random.number(1...3)).map { _ in random.one(of: field.values) }
            return .among(path: path, random.chance(15) ? values + [.null] : values, isNegated: random.chance(50))
        case 2 where field.kind == .text:
            return .like(
                path: path,
                random.one(of: ["s%", "%o%", "_at_", "佐%", "%", "O'%", "50\\%", "a\\_b", "%z", "zz_", "M_ller"]))
        default:
            let signs = ["=", "!=", "<", "<=", ">", ">="]
            return .compare(path: path, sign: random.one(of: signs), random.one(of: field.values))
        }
    }
}
