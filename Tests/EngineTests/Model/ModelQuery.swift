import Records

/// A query as the reference and the engine both take it.
indirect enum ModelCondition {
    case compare(path: [String], sign: String, Value)
    case among(path: [String], [Value], isNegated: Bool)
    case like(path: [String], String)
    /// Of a multi-select picklist: one of the lists, all of whose values must be chosen.
    case includes(path: [String], [String], isNegated: Bool)
    case inner(field: String, ModelQuery, isNegated: Bool)
    case and([ModelCondition])
    case or([ModelCondition])
    case not(ModelCondition)

    var soql: String {
        switch self {
        case .compare(let path, let sign, let value): return "\(path.joined(separator: ".")) \(sign) \(value.literal)"
        case .among(let path, let values, let isNegated):
            let list = values.map(\.literal).joined(separator: ", ")
            return "\(path.joined(separator: ".")) \(isNegated ? "NOT IN" : "IN") (\(list))"
        case .like(let path, let pattern):
            return "\(path.joined(separator: ".")) LIKE '\(pattern.replacing("'", with: "\\'"))'"
        case .includes(let path, let lists, let isNegated):
            let list = lists.map(Value.quoted).joined(separator: ", ")
            return "\(path.joined(separator: ".")) \(isNegated ? "EXCLUDES" : "INCLUDES") (\(list))"
        case .inner(let field, let query, let isNegated):
            return "\(field) \(isNegated ? "NOT IN" : "IN") (\(query.soql))"
        case .and(let parts): return "(\(parts.map(\.soql).joined(separator: " AND ")))"
        case .or(let parts): return "(\(parts.map(\.soql).joined(separator: " OR ")))"
        case .not(let part): return "(NOT \(part.soql))"
        }
    }
}

struct ModelQuery {
    struct Order {
        let path: [String]
        let isDescending: Bool
        let nullsLast: Bool
    }

    struct Aggregate {
        let function: String
        let path: [String]
    }

    let object: String
    var select: [[String]] = []
    var condition: ModelCondition?
    var order: [Order] = []
    var limit: Int?
    var offset: Int?
    /// Grouped by these, when there are aggregates.
    var groups: [[String]] = []
    var aggregates: [Aggregate] = []
    /// Of the first aggregate.
    var having: (sign: String, number: Int64)?
    /// A list of children: relation, lookup and query.
    var child: (relation: String, field: String, query: [ModelQuery])?

    var soql: String { soql(from: object) }

    private func soql(from source: String) -> String {
        var items = (groups + select).map { $0.joined(separator: ".") }
        items += aggregates.enumerated().map { place, aggregate in
            "\(aggregate.function)(\(aggregate.path.joined(separator: "."))) a\(place)"
        }
        if let child {
            items.append("(\(child.query[0].soql(from: child.relation)))")
        }
        var text = "SELECT \(items.joined(separator: ", ")) FROM \(source)"
        if let condition { text += " WHERE \(condition.soql)" }
        if !groups.isEmpty { text += " GROUP BY \(groups.map { $0.joined(separator: ".") }.joined(separator: ", "))" }
        if let having {
            text +=
                " HAVING \(aggregates[0].function)(\(aggregates[0].path.joined(separator: "."))) \(having.sign) \(having.number)"
        }
        if !order.isEmpty {
            let terms = order.map { term in
                term.path.joined(separator: ".") + (term.isDescending ? " DESC" : " ASC")
                    + (term.nullsLast ? " NULLS LAST" : " NULLS FIRST")
            }
            text += " ORDER BY \(terms.joined(separator: ", "))"
        }
        if let limit { text += " LIMIT \(limit)" }
        if let offset { text += " OFFSET \(offset)" }
        return text
    }
}

extension Value {
    /// As a query writes it.
    fileprivate var literal: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .integer(let number): String(number)
        case .double(let number): number == number.rounded() ? String(Int64(number)) : String(number)
        case .boolean(let truth): String(truth)
        case .date(let day): day.description
        case .datetime(let moment): moment.description
        case .id(let id): "'\(id.description)'"
        default: "NULL"
        }
    }

    fileprivate static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
