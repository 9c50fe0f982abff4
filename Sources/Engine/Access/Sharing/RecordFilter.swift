import Records
import SOQL
import Store

/// Which records of an object a session may go how far with, as conditions of one statement: organisation-wide default, owner
/// and those above, sharing rules, shares, what follows from an account or from a person, and restriction rules.
///
/// To it comes whose records are there under a purpose (``SubjectFilter``). Nothing of it is kept row by row: a change of a role or a rule holds from the next statement on. What a record belongs to is
/// asked for in a table that stands once before the statement (``with``), however long the chain of parents: the parser of
/// SQLite (before 3.46) cannot nest them all.
final class RecordFilter {
    private let access: Access
    private let dialect: DatabaseDialect
    private var definitions: [SQL] = []
    private var tables: [String: Parents] = [:]
    private var subjects: SubjectFilter?

    init(_ access: Access, _ dialect: DatabaseDialect) {
        self.access = access
        self.dialect = dialect
        subjects = access.subjects.map { SubjectFilter($0, access.full) }
    }

    /// The condition for a table of the statement, by sharing and purpose; nil where it holds for every record.
    func condition(_ object: ObjectSchema, _ alias: Identifier, for level: AccessLevel = .read) throws -> SQL? {
        let both = [
            try shared(object, alias, for: level),
            access.full.object(object.name).flatMap { subjects?.condition($0, alias) },
        ].compactMap { $0 }
        return both.isEmpty ? nil : .joined(both, separator: " AND ")
    }

    private func shared(_ object: ObjectSchema, _ alias: Identifier, for level: AccessLevel) throws -> SQL? {
        guard let reach = access.reach else { return nil }
        guard let full = access.full.object(object.name) else { return "1 = 0" }
        return try Filtering(access: access, reach: reach, dialect: dialect, parents: parents)
            .condition(Step(object: full, alias: alias, depth: 0), level)
    }

    /// What stands before the statement, whose conditions were made before.
    var with: SQL {
        let all = definitions + (subjects?.definitions ?? [])
        return all.isEmpty ? "" : "WITH \(.joined(all, separator: ", ")) "
    }

    /// What an account opens of a record that belongs to it; nil where it opens none of the object.
    func accountCondition(_ object: ObjectSchema, _ alias: Identifier) throws -> SQL? {
        guard let reach = access.reach, let full = access.full.object(object.name) else { return nil }
        let opened = Filtering(access: access, reach: reach, dialect: dialect, parents: parents)
            .ofAccount(Step(object: full, alias: alias, depth: 0), .read)
        return opened.isEmpty ? nil : Filtering.any(opened)
    }

    /// Objects whose records open those that they belong to, with the lookup that says so.
    func implying(_ object: ObjectSchema) -> [(child: ObjectSchema, lookup: String)] {
        (Filtering.implied[object.name] ?? []).compactMap { name, lookup in
            guard let child = access.visible.object(name), child.sharing == .private else { return nil }
            return (child, lookup)
        }
    }

    private func parents(_ object: ObjectSchema, _ level: AccessLevel) throws -> Parents {
        let name = "az_\(level.name.lowercased())_\(object.name)"
        if let known = tables[name] { return known }
        // Whoever comes round to it again finds nothing by that.
        tables[name] = Parents.none
        let found: Parents
        if let condition = try shared(object, Identifier("s0"), for: level) {
            let table = Identifier(name)
            definitions.append(
                """
                \(identifier: table) AS NOT MATERIALIZED (SELECT s0."Id" \
                FROM \(identifier: Identifier(object.name)) s0 WHERE \(condition))
                """)
            found = .some(table)
        } else {
            found = .all
        }
        tables[name] = found
        return found
    }
}

extension RecordFilter {
    /// Those of some records of an object that a session may go so far with; nil where it is all of them.
    static func permitted(
        _ ids: [RecordID], of object: ObjectSchema, for level: AccessLevel, _ access: Access,
        _ connection: any Connection
    ) throws -> Set<RecordID>? {
        let records = RecordFilter(access, connection.dialect)
        guard let condition = try records.condition(object, Identifier("t0"), for: level) else { return nil }
        var found: Set<RecordID> = []
        for start in stride(from: 0, to: ids.count, by: 200) {
            let some = SQL.list(ids[start..<min(start + 200, ids.count)])
            try connection.rows(
                """
                \(records.with)SELECT t0."Id" FROM \(identifier: Identifier(object.name)) t0 \
                WHERE t0."Id" IN (\(some)) AND \(condition)
                """
            ) { row in
                found.insert(RecordID(rawValue: row.int64(0)))
                return true
            }
        }
        return found
    }

    /// Whether a session may go so far with a record.
    static func permits(
        _ id: RecordID, for level: AccessLevel, _ access: Access, _ connection: any Connection
    ) throws -> Bool {
        guard let object = access.full.object(of: id) else { return false }
        return try permitted([id], of: object, for: level, access, connection)?.contains(id) ?? true
    }
}

/// The records that something may belong to.
private enum Parents {
    case all
    case none
    /// A table of their ids.
    case some(Identifier)
}

/// A table on the way from the one that is asked for to those that decide about it.
private struct Step {
    let object: ObjectSchema
    let alias: Identifier
    let depth: Int

    func next(_ object: ObjectSchema) -> Step {
        Step(object: object, alias: Identifier("s\(depth + 1)"), depth: depth + 1)
    }

    func column(_ name: String) -> SQL { "\(identifier: alias).\(identifier: Identifier(name))" }
}

private struct Filtering {
    let access: Access
    let reach: Reach
    let dialect: DatabaseDialect
    let parents: (ObjectSchema, AccessLevel) throws -> Parents

    /// What follows downwards and upwards by itself: who sees a record sees, to read, what it belongs to.
    static let implied = [
        "Account": [("Contact", "AccountId"), ("Case", "AccountId"), ("Opportunity", "AccountId")],
        "Individual": [("Contact", "IndividualId"), ("Lead", "IndividualId")],
    ]
    private static let ofAccounts: Set<String> = ["Case", "Contact", "Opportunity"]

    func condition(_ step: Step, _ level: AccessLevel) throws -> SQL? {
        let all = try restrictions(step) + [opened(step, level)].compactMap { $0 }
        return all.isEmpty ? nil : .joined(all, separator: " AND ")
    }

    private func restrictions(_ step: Step) throws -> [SQL] {
        try reach.restrictions(of: step.object.name).map { rule in
            guard let criteria = rule.criteria else { return "1 = 0" }
            return try sql(criteria, step)
        }
    }

    private func opened(_ step: Step, _ level: AccessLevel) throws -> SQL? {
        let rights = access.rights.on(step.object)
        if rights.contains(.modifyAll) || level == .read && (reach.viewsAll || rights.contains(.viewAll)) { return nil }
        switch step.object.sharing {
        case .readWrite: return nil
        case .read where level == .read: return nil
        case .read, .private: return try Self.any(grants(step, level))
        case .controlledByParent: return try byParents(step, level)
        }
    }

    // MARK: What opens a record

    private func grants(_ step: Step, _ level: AccessLevel, isNested: Bool = false) throws -> [SQL] {
        let object = step.object
        var grants: [SQL] = []
        if object.isOwned {
            grants.append(isAmong(step.column("OwnerId"), reach.owners(of: object.name, level)))
        } else if object.field("CreatedById") != nil {
            grants.append(isAmong(step.column("CreatedById"), reach.owners(of: object.name, level)))
        }
        for rule in reach.rules(of: object.name) where rule.kind == .criteria && rule.level >= level {
            if let criteria = rule.criteria { grants.append(try sql(criteria, step)) }
        }
        if let share = share(of: step, "\(object.isCustom ? "" : object.name)AccessLevel", level) {
            grants.append(share)
        }
        if !isNested {
            grants += ofAccount(step, level)
            if level == .read { grants += try implied(step) }
        }
        return grants
    }

    private func share(of step: Step, _ column: String, _ level: AccessLevel, on key: SQL? = nil) -> SQL? {
        guard let shares = access.full.object(step.object.shareName) else { return nil }
        let share = step.next(shares)
        let parent = step.object.isCustom ? "ParentId" : "\(step.object.name)Id"
        let levels = AccessLevel.allCases.filter { $0 >= level }.map { SQL("\(.text($0.name))") }
        if reach.principals.isShort {
            // So few that the database goes from them to what is shared with them.
            return """
                \(key ?? step.column("Id")) IN (SELECT \(share.column(parent)) \
                FROM \(identifier: Identifier(shares.name)) \(identifier: share.alias) \
                WHERE \(isAmong(share.column("UserOrGroupId"), reach.principals)) AND \(share.column("IsDeleted")) = 0 \
                AND \(share.column(column)) IN (\(.joined(levels, separator: ", "))))
                """
        }
        return """
            EXISTS (SELECT 1 FROM \(identifier: Identifier(shares.name)) \(identifier: share.alias) \
            WHERE \(share.column(parent)) = \(key ?? step.column("Id")) AND \(share.column("IsDeleted")) = 0 \
            AND \(share.column(column)) IN (\(.joined(levels, separator: ", "))) \
            AND \(isAmong(share.column("UserOrGroupId"), reach.principals)))
            """
    }

    /// Cases, contacts and opportunities that the role of their account's owner, or a share of the account, opens.
    func ofAccount(_ step: Step, _ level: AccessLevel) -> [SQL] {
        guard Self.ofAccounts.contains(step.object.name), let account = access.full.object("Account") else { return [] }
        var grants: [SQL] = []
        let owners = reach.accountOwners(for: step.object.name, level)
        if !owners.isEmpty {
            let parent = step.next(account)
            grants.append(
                """
                EXISTS (SELECT 1 FROM \(identifier: Identifier(account.name)) \(identifier: parent.alias) \
                WHERE \(parent.column("Id")) = \(step.column("AccountId")) \
                AND \(isAmong(parent.column("OwnerId"), owners)))
                """)
        }
        let parent = Step(object: account, alias: step.alias, depth: step.depth)
        let share = share(of: parent, "\(step.object.name)AccessLevel", level, on: step.column("AccountId"))
        return grants + [share].compactMap { $0 }
    }

    /// An account by its cases, a person by its contacts.
    private func implied(_ step: Step) throws -> [SQL] {
        try (Self.implied[step.object.name] ?? []).compactMap { name, lookup -> SQL? in
            guard let child = access.full.object(name), access.visible.object(name) != nil, child.sharing == .private
            else { return nil }
            let rights = access.rights.on(child)
            if rights.contains(.modifyAll) || rights.contains(.viewAll) { return nil }
            let inner = step.next(child)
            let conditions = try restrictions(inner) + [Self.any(grants(inner, .read, isNested: true))]
            return """
                EXISTS (SELECT 1 FROM \(identifier: Identifier(child.name)) \(identifier: inner.alias) \
                WHERE \(inner.column(lookup)) = \(step.column("Id")) AND \(inner.column("IsDeleted")) = 0 \
                AND \(.joined(conditions, separator: " AND ")))
                """
        }
    }

    // MARK: What belongs to others

    private func byParents(_ step: Step, _ level: AccessLevel) throws -> SQL? {
        if step.object.name == "ContentDocument" { return try byLinks(step, level) }
        // A share gives away the record, so it takes as much to make one.
        let parentLevel = step.object.sharedObject != nil && level > .read ? .all : min(level, .edit)
        let fields = step.object.sharingParents.compactMap { step.object.field($0) }
        let limits = try fields.compactMap { try limit($0, step, parentLevel) }
        if limits.isEmpty { return nil }
        let parents = SQL.joined(fields.map { step.column($0.name) }, separator: ", ")
        let hasParent: SQL = fields.count == 1 ? "\(parents) IS NOT NULL" : "COALESCE(\(parents)) IS NOT NULL"
        let own = SQL.joined(try grants(step, level).map { "(\($0))" }, separator: " OR ")
        let byParents: SQL = "(\(hasParent) AND \(.joined(limits, separator: " AND ")))"
        // Whoever has it as their own need not see what it belongs to; what has no owner is its parents' alone.
        if step.object.isOwned { return "(\(own) OR \(byParents))" }
        return own.text.isEmpty ? byParents : "((NOT (\(hasParent)) AND (\(own))) OR \(byParents))"
    }

    /// That the record which a lookup names may be seen; nil where every one may.
    private func limit(_ field: Field, _ step: Step, _ level: AccessLevel) throws -> SQL? {
        let column = step.column(field.name)
        var limits: [SQL] = []
        for name in field.referenceTo where name != step.object.name {
            guard let parent = access.full.object(name), !["User", "Group"].contains(name) else { continue }
            switch try parents(parent, level) {
            case .all: continue
            case .none: limits.append(only(parent, column, of: field, "1 = 0"))
            case .some(let table):
                let inner = step.next(parent)
                limits.append(
                    only(
                        parent, column, of: field,
                        """
                        EXISTS (SELECT 1 FROM \(identifier: table) \(identifier: inner.alias) \
                        WHERE \(inner.column("Id")) = \(column))
                        """))
            }
        }
        if limits.isEmpty { return nil }
        for name in field.referenceTo where ["User", "Group"].contains(name) {
            guard let parent = access.full.object(name) else { continue }
            limits.append(only(parent, column, of: field, isAmong(column, reach.principals)))
        }
        return "(\(column) IS NULL OR (\(.joined(limits, separator: " AND "))))"
    }

    /// A condition that counts where the lookup names a record of that object.
    private func only(_ parent: ObjectSchema, _ column: SQL, of field: Field, _ condition: SQL) -> SQL {
        if field.referenceTo.count == 1 { return condition }
        let range = parent.keyPrefix.idRange
        return """
            (\(column) NOT BETWEEN \(.integer(range.lowerBound)) AND \(.integer(range.upperBound)) OR \(condition))
            """
    }

    /// A file is seen by its owner, and by whoever sees a record that it is linked to.
    private func byLinks(_ step: Step, _ level: AccessLevel) throws -> SQL? {
        guard let links = access.full.object("ContentDocumentLink") else { return nil }
        let link = step.next(links)
        guard let condition = try byParents(link, min(level, .edit)) else { return nil }
        return """
            (\(isAmong(step.column("OwnerId"), reach.owners(of: step.object.name, level))) OR EXISTS (SELECT 1 \
            FROM \(identifier: Identifier(links.name)) \(identifier: link.alias) \
            WHERE \(link.column("ContentDocumentId")) = \(step.column("Id")) AND \(link.column("IsDeleted")) = 0 \
            AND \(condition)))
            """
    }

    // MARK: Pieces

    private func isAmong(_ column: SQL, _ ids: IDSet) -> SQL { dialect.isAmong(column, ids.sorted) }

    static func any(_ conditions: [SQL]) -> SQL {
        conditions.isEmpty ? "1 = 0" : "(\(.joined(conditions.map { "(\($0))" }, separator: " OR ")))"
    }

    /// A rule's condition, on the table of a step.
    private func sql(_ criteria: Condition, _ step: Step) throws -> SQL {
        do {
            return try QueryCompiler.condition(criteria, on: step.object, step.alias, access, dialect)
        } catch is PlatformError {
            // Its field was deleted since: it holds for no record.
            return "1 = 0"
        }
    }
}
