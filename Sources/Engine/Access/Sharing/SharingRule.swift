import Records
import SOQL
import Store

/// A rule that opens, or closes, records of an object to a group.
struct SharingRule: Sendable {
    enum Kind: Sendable, Equatable {
        /// Opens what members of a group own.
        case owner(from: Int64)
        /// Opens what a condition holds for.
        case criteria
        /// Closes what its condition does not hold for.
        case restriction
    }

    let id: RecordID
    let name: String
    let object: String
    let kind: Kind
    /// The group that it opens or closes them to.
    let to: Int64
    let level: AccessLevel
    let criteria: Condition?

    /// Those that are active. A rule that nobody can understand any more (its field was deleted) opens nothing, and closes all.
    static func active(on connection: any Connection) throws -> [SharingRule] {
        try connection.all(
            """
            SELECT "Id", "SobjectType", "Type", "SharedFromId", "SharedToId", "AccessLevel", "Criteria", "Name" \
            FROM "SharingRule" WHERE "IsActive" = 1 AND "IsDeleted" = 0 ORDER BY "Id"
            """
        ) { row -> SharingRule? in
            guard !row.isNull(4), let level = AccessLevel(name: row.string(5)) else { return nil }
            let object = row.string(1)
            let criteria = row.isNull(6) ? nil : try? condition(row.string(6), of: object)
            let kind: Kind
            switch row.string(2).lowercased() {
            case "owner" where !row.isNull(3): kind = .owner(from: row.int64(3))
            case "criteria" where criteria != nil: kind = .criteria
            case "restriction": kind = .restriction
            default: return nil
            }
            return SharingRule(
                id: RecordID(rawValue: row.int64(0)), name: row.string(7), object: object, kind: kind,
                to: row.int64(4), level: level, criteria: criteria)
        }.compactMap { $0 }
    }

    /// Whether any rule closes records to somebody.
    static func isAnyRestriction(on connection: any Connection) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM "SharingRule" WHERE "Type" = 'Restriction' AND "IsActive" = 1 AND "IsDeleted" = 0 LIMIT 1
            """
        ) { _ in true } ?? false
    }

    /// The condition of a rule, as a `WHERE` clause has it.
    ///
    /// - Throws: ``SOQLError``; also for what reads other records, since a rule is decided by its record alone.
    static func condition(_ text: String, of object: String) throws -> Condition {
        let query = try Query(parsing: "SELECT Id FROM \(object) WHERE \(text)", dialect: .api)
        guard let condition = query.where, query.isNothingElse, condition.isOfOneRecord else {
            throw PlatformError(
                .invalidField,
                """
                The condition of a sharing rule compares fields of the record itself with fixed values: no parents, \
                no inner queries, no ORDER BY or LIMIT, no dates that move (TODAY).
                """,
                fields: ["Criteria"])
        }
        return condition
    }
}

extension Query {
    /// Whether nothing but a condition stands behind the object.
    fileprivate var isNothingElse: Bool {
        orderBy.isEmpty && limit == nil && offset == nil && groupBy == nil && using == nil && with == nil
            && !isAllRows && purposes.isEmpty && updates.isEmpty
    }
}

extension Condition {
    fileprivate var isOfOneRecord: Bool {
        switch self {
        case .all(let parts), .any(let parts): parts.allSatisfy(\.isOfOneRecord)
        case .not(let part): part.isOfOneRecord
        case .comparison(let comparison):
            if case .field(let path) = comparison.left, path.names.count == 1 {
                switch comparison.right {
                case .literal(let literal): literal.isFixed
                case .list(let literals): literals.allSatisfy(\.isFixed)
                case .query: false
                }
            } else {
                false
            }
        }
    }
}

extension Literal {
    fileprivate var isFixed: Bool {
        switch kind {
        case .bind, .relative: false
        default: true
        }
    }
}
