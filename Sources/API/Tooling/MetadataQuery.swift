import Records
import SOQL

/// A query over ``Metadata``: fields, conditions joined by AND, OR and NOT, order, limit and offset, `COUNT()`. Aggregates and
/// subqueries are refused.
struct MetadataQuery {
    let object: String
    /// As they are told, in canonical spelling; empty for `COUNT()`.
    let fields: [String]
    let isCount: Bool
    private let query: SOQL.Query
    private let soql: String

    init(_ soql: String) throws {
        do {
            query = try SOQL.Query(parsing: soql, dialect: .api)
        } catch {
            throw error.platformError(in: soql)
        }
        self.soql = soql
        let name = query.from.source.text
        guard let object = Metadata.fields.keys.first(where: { $0.lowercased() == name.lowercased() }) else {
            throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
        }
        self.object = object
        guard query.groupBy == nil, query.having == nil else { throw Self.tooMuch }
        isCount = query.isCount
        fields = isCount ? [] : try Self.fields(of: query.select, in: object)
    }

    /// The rows in their order, before the window of `LIMIT` and `OFFSET` is opened on them.
    func rows(of metadata: Metadata) throws -> [Metadata.Row] {
        var rows = metadata.rows(of: object)
        if let condition = query.where { rows = try rows.filter { try isTrue(condition, $0) } }
        let keys = try query.orderBy.map { (name: try field(of: $0.expression), isDescending: $0.isDescending) }
        if !keys.isEmpty {
            rows.sort { a, b in
                for key in keys {
                    let (left, right) = (Self.text(a[key.name]), Self.text(b[key.name]))
                    if left != right { return key.isDescending ? right < left : left < right }
                }
                return false
            }
        }
        let start = query.offset?.count ?? 0
        return Array(rows.dropFirst(start).prefix(query.limit?.count ?? rows.count))
    }

    private func isTrue(_ condition: Condition, _ row: Metadata.Row) throws -> Bool {
        switch condition {
        case .all(let parts): try parts.allSatisfy { try isTrue($0, row) }
        case .any(let parts): try parts.contains { try isTrue($0, row) }
        case .not(let inner): try !isTrue(inner, row)
        case .comparison(let comparison): try isTrue(comparison, row)
        }
    }

    private func isTrue(_ comparison: Comparison, _ row: Metadata.Row) throws -> Bool {
        let value = Self.text(row[try field(of: comparison.left)])
        let wanted: [String]
        switch comparison.right {
        case .literal(let literal): wanted = [try Self.text(literal)]
        case .list(let literals): wanted = try literals.map(Self.text)
        case .query: throw Self.tooMuch
        }
        let first = wanted.first ?? ""
        return switch comparison.operator {
        case .equal, .in: wanted.contains(value)
        case .notEqual, .notIn: !wanted.contains(value)
        case .like: Self.matches(value[...], Array(first)[...])
        case .less: value < first
        case .lessOrEqual: value <= first
        case .greater: value > first
        case .greaterOrEqual: value >= first
        case .includes, .excludes: throw Self.tooMuch
        }
    }

    private func field(of expression: Expression) throws -> String {
        guard case .field(let path) = expression else { throw Self.tooMuch }
        return try Self.canonical(path, in: object).lowercased()
    }

    private static func fields(of select: [SelectItem], in object: String) throws -> [String] {
        try select.flatMap { item -> [String] in
            switch item {
            case .expression(.field(let path), _): [try canonical(path, in: object)]
            case .fields: Metadata.fields[object, default: []].filter { !$0.contains(".") }
            default: throw tooMuch
            }
        }
    }

    private static func canonical(_ path: Path, in object: String) throws -> String {
        let known = Metadata.fields[object, default: []]
        guard let name = known.first(where: { $0.lowercased() == path.text.lowercased() }) else {
            throw PlatformError(
                .invalidField, "No such column '\(path.text)' on entity '\(object)'.", fields: [path.text])
        }
        return name
    }

    private static func matches(_ text: Substring, _ pattern: ArraySlice<Character>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "%": return text.indices.contains { matches(text[$0...], rest) } || matches("", rest)
        case "_": return !text.isEmpty && matches(text.dropFirst(), rest)
        case "\\" where !rest.isEmpty: return text.first == rest.first && matches(text.dropFirst(), rest.dropFirst())
        default: return text.first == first && matches(text.dropFirst(), rest)
        }
    }

    private static func text(_ literal: Literal) throws -> String {
        switch literal.kind {
        case .null: ""
        case .boolean(let truth): "\(truth)"
        case .integer(let number): "\(number)"
        case .string(let text): text.lowercased()
        default: throw tooMuch
        }
    }

    /// What is compared: without regard to case, as the platform does.
    private static func text(_ value: Value?) -> String {
        switch value {
        case .text(let text)?: text.lowercased()
        case .boolean(let truth)?: "\(truth)"
        case .integer(let number)?: "\(number)"
        default: ""
        }
    }

    private static let tooMuch = PlatformError(
        .malformedQuery, "Metadata is queried by its own fields alone, without functions, groups and subqueries.")
}
