import SOQL

/// Makes trees of every shape from a seed.
struct RandomTree {
    /// SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    var generator: Generator
    private var depth = 0

    init(seed: UInt64) { generator = Generator(state: seed) }

    mutating func flip() -> Bool { Bool.random(using: &generator) }
    mutating func pick<T>(_ from: [T]) -> T { from[Int.random(in: 0..<from.count, using: &generator)] }
    mutating func maybe<T>(_ make: (inout RandomTree) -> T) -> T? { flip() && flip() ? make(&self) : nil }
    mutating func list<T>(_ count: ClosedRange<Int>, _ make: (inout RandomTree) -> T) -> [T] {
        (0..<Int.random(in: count, using: &generator)).map { _ in make(&self) }
    }

    private mutating func deeper<T>(_ make: (inout RandomTree) -> T) -> T {
        depth += 1
        defer { depth -= 1 }
        return make(&self)
    }

    mutating func word() -> String {
        pick(["Id", "Name", "c", "Ext__c", "Group", "Order", "Format", "Count", "Fields", "Today", "ns__X_1__r", "_a"])
    }

    mutating func alias() -> Name { Name(pick(["a", "cnt", "Max", "month", "Format", "x_1"])) }
    mutating func path() -> Path { Path(list(1...3) { $0.word() }) }

    mutating func query() -> Query {
        deeper { random in
            Query(
                select: random.flip() && random.flip()
                    ? [.expression(.aggregate(.count, of: nil, .start), alias: nil)]
                    : random.list(1...4) { $0.selectItem() },
                from: From(
                    random.path(),
                    alias: random.maybe { $0.alias() },
                    relations: random.list(0...1) { From.Relation(path: $0.path(), alias: $0.maybe { $0.alias() }) }
                ),
                using: random.maybe { $0.flip() ? .scope(Name($0.word())) : .lookup($0.path()) },
                where: random.maybe { $0.condition() },
                with: random.maybe { $0.with() },
                groupBy: random.maybe { random in
                    let fields = random.list(1...3) { $0.groupable() }
                    return random.pick([.plain(fields), .rollup(fields), .cube(fields)])
                },
                having: random.maybe { $0.condition() },
                orderBy: random.orderBy(),
                limit: random.maybe { $0.count() },
                offset: random.maybe { $0.count() },
                bindings: random.list(0...1) { LookupBinding(field: $0.path(), value: $0.literal()) },
                purposes: random.list(0...2) { $0.pick(Purpose.allCases) },
                updates: random.list(0...2) { $0.pick(ArticleUpdate.allCases) },
                isAllRows: random.flip()
            )
        }
    }

    private mutating func selectItem() -> SelectItem {
        switch Int.random(in: 0...7, using: &generator) {
        case 0 where depth < 3: .children(query())
        case 1: .fields(pick(FieldSet.allCases), .start)
        case 2:
            .typeOf(
                TypeOf(
                    relation: path(),
                    branches: list(1...2) { random in
                        TypeOf.Branch(object: Name(random.word()), fields: random.list(1...2) { $0.path() })
                    },
                    otherwise: list(0...2) { $0.path() }
                )
            )
        default: .expression(expression(), alias: maybe { $0.alias() })
        }
    }

    private mutating func groupable() -> Expression {
        flip() ? .field(path()) : .datePart(pick(DatePart.allCases), of: .field(path()), .start)
    }

    mutating func expression() -> Expression {
        switch Int.random(in: 0...12, using: &generator) {
        case 0: .aggregate(pick(Aggregate.allCases), of: .field(path()), .start)
        case 1: .aggregate(.maximum, of: .convertCurrency(path(), .start), .start)
        case 2: .datePart(pick(DatePart.allCases), of: .convertTimezone(path(), .start), .start)
        case 3: .datePart(pick(DatePart.allCases), of: .field(path()), .start)
        case 4: .toLabel(path(), .start)
        case 5: .format(.aggregate(.minimum, of: .field(path()), .start), .start)
        case 6: .convertCurrency(path(), .start)
        case 7: .grouping(path(), .start)
        case 8: .formula(string(), .start)
        case 9: .distance(Distance(from: path(), to: target(), unit: pick(Distance.Unit.allCases)))
        default: .field(path())
        }
    }

    private mutating func target() -> Distance.Target {
        flip()
            ? .field(path())
            : .geolocation(latitude: Literal(number()), longitude: Literal(flip() ? number() : .bind(Bind("x.y"))))
    }

    mutating func condition() -> Condition {
        deeper { random in
            switch Int.random(in: 0...5, using: &random.generator) {
            case 0 where random.depth < 5: .all(random.list(2...3) { $0.condition() })
            case 1 where random.depth < 5: .any(random.list(2...3) { $0.condition() })
            case 2 where random.depth < 5: .not(random.condition())
            default: .comparison(random.comparison())
            }
        }
    }

    private mutating func comparison() -> Comparison {
        let kind = pick(Comparison.Operator.allCases)
        let right: Comparison.Operand =
            switch kind {
            case .like: .literal(Literal(flip() ? .string(pattern()) : .bind(Bind("a"))))
            case .in where depth < 3 && flip(), .notIn where depth < 3 && flip(): .query(query())
            case .in, .notIn, .includes, .excludes:
                flip() ? .list(list(1...3) { $0.literal() }) : .literal(Literal(.bind(Bind("ids.keySet()"))))
            default: .literal(literal())
            }
        return Comparison(expression(), kind, right)
    }

    private mutating func with() -> With {
        switch Int.random(in: 0...4, using: &generator) {
        case 0: .securityEnforced
        case 1: .userMode
        case 2: .systemMode
        case 3: .recordVisibility(list(1...2) { Setting(name: Name($0.word()), value: $0.literal()) })
        default: .dataCategories(categories())
        }
    }

    mutating func categories() -> [CategoryFilter] {
        list(1...2) { random in
            CategoryFilter(
                group: Name(random.word()),
                selector: random.pick(CategoryFilter.Selector.allCases),
                categories: random.list(1...2) { Name($0.word()) }
            )
        }
    }

    mutating func orderBy() -> [Ordering] {
        list(0...2) { random in
            Ordering(
                random.expression(),
                isDescending: random.flip(),
                nulls: random.maybe { $0.pick(Ordering.Nulls.allCases) }
            )
        }
    }

    private mutating func count() -> Literal {
        Literal(flip() ? .integer(.random(in: 0...50_000, using: &generator)) : .bind(Bind("new A(1,'x')[0].b")))
    }
}
