import Records
import SOQL
import Store

/// A table of a statement.
struct Table {
    let object: ObjectSchema
    let alias: Identifier

    func column(_ field: Field) -> SQL { "\(identifier: alias).\(identifier: Identifier(field.name))" }
}

/// A value in a statement, with what is known of it.
struct Operand {
    let sql: SQL
    let type: FieldType
    /// For messages and result columns: the path in canonical spelling.
    let name: String
    let object: String
    let isNillable: Bool
    /// The field, where it is one.
    let field: Field?
    /// How it is shown, of what stands in `FORMAT`.
    var format: CellFormat?
}

/// The tables of one statement: the query's own, and its parents, each joined once however many paths lead through it.
final class Scope {
    let root: Table
    private(set) var joins: SQL = ""
    private var parents: [String: Parent] = [:]
    private let context: QueryContext
    private let makeAlias: () -> Identifier
    /// Names that paths may begin with, and the relations that they stand for.
    private let aliases: [String: [String]]

    /// Where a relation leads.
    struct Parent {
        /// In canonical spelling.
        let name: String
        /// The lookup, null where there is no parent.
        let id: SQL
        /// The same, null also where the parent may not be seen.
        var seenID: SQL { table.map { "\(identifier: $0.alias).\"Id\"" } ?? id }
        /// The tables it may lead to.
        let objects: [ObjectSchema]
        /// The joined table where it leads to one object.
        let table: Table?
    }

    init(
        _ object: ObjectSchema, alias: Identifier, from: From, context: QueryContext,
        makeAlias: @escaping () -> Identifier
    ) {
        root = Table(object: object, alias: alias)
        self.context = context
        self.makeAlias = makeAlias
        var aliases: [String: [String]] = [object.name.lowercased(): []]
        if let alias = from.alias { aliases[alias.text.lowercased()] = [] }
        for relation in from.relations {
            guard let alias = relation.alias else { continue }
            var names = relation.path.names
            if let first = aliases[names[0].lowercased()] { names = first + names.dropFirst() }
            aliases[alias.text.lowercased()] = names
        }
        self.aliases = aliases
    }

    /// The path from the query's object, without a leading alias.
    func names(_ path: Path) -> [String] {
        guard path.names.count > 1, let start = aliases[path.names[0].lowercased()] else { return path.names }
        return start + path.names.dropFirst()
    }

    /// The field at the end of a path.
    func field(_ path: Path) throws -> Operand {
        let names = names(path)
        guard names.count > 1 else { return try field(names[0], of: root, prefix: "", at: path.position) }
        let parent = try parent(names.dropLast()[...], leaf: names[names.count - 1], at: path.position)
        let prefix = try canonical(names.dropLast()[...], at: path.position) + "."
        guard let table = parent.table else {
            return try field(names[names.count - 1], ofMany: parent, prefix: prefix, at: path.position)
        }
        return try field(names[names.count - 1], of: table, prefix: prefix, at: path.position)
    }

    /// Where a chain of relations leads. `leaf` is what is asked of it: among many objects those that have it count.
    func parent(_ names: ArraySlice<String>, leaf: String, at position: Position) throws -> Parent {
        guard names.count <= 5 else {
            throw context.error(
                .malformedQuery, "A path leads through at most five parents: \(names.joined(separator: ".")).",
                at: position
            )
        }
        let key = names.joined(separator: ".").lowercased()
        if let known = parents[key] { return known }
        guard let last = names.last else { preconditionFailure("a path to a parent has a name") }
        let holder: Table
        if names.count == 1 {
            holder = root
        } else {
            let above = try parent(names.dropLast(), leaf: last, at: position)
            holder =
                try above.table
                ?? self.join(above, having: last, key: names.dropLast().joined(separator: "."), at: position)
        }
        guard let lookup = holder.object.relationship(last) else { throw notUnderstood(last, position) }
        let objects = lookup.referenceTo.compactMap { context.schema.object($0) }
        guard !objects.isEmpty else { throw notUnderstood(last, position) }
        let id = holder.column(lookup)
        let name = lookup.relationshipName ?? last
        let parent = Parent(
            name: name, id: id, objects: objects, table: objects.count == 1 ? try join(objects[0], id) : nil
        )
        parents[key] = parent
        return parent
    }

    /// A table joined to a lookup: a parent that may not be seen is not there.
    func join(_ object: ObjectSchema, _ id: SQL) throws -> Table {
        let table = Table(object: object, alias: makeAlias())
        let records = try context.records.condition(object, table.alias)
        joins.append(
            """
             LEFT JOIN \(identifier: Identifier(object.name)) \(identifier: table.alias) \
            ON \(identifier: table.alias)."Id" = \(id)\(records.map { " AND \($0)" } ?? "")
            """
        )
        return table
    }

    /// The one object of many that has a relation, such as `User` in `Owner.Profile.Name`.
    private func join(_ parent: Parent, having relation: String, key: String, at position: Position) throws -> Table {
        let object = parent.objects.first { $0.relationship(relation) != nil }
        guard let object else { throw notUnderstood(relation, position) }
        let name = "\(key).\(object.name)".lowercased()
        if let table = parents[name]?.table { return table }
        let table = try join(object, parent.id)
        parents[name] = Parent(name: parent.name, id: parent.id, objects: [object], table: table)
        return table
    }

    private func canonical(_ names: ArraySlice<String>, at position: Position) throws -> String {
        var path: [String] = []
        for end in names.indices {
            let known = parents[names[names.startIndex...end].joined(separator: ".").lowercased()]
            path.append(known?.name ?? names[end])
        }
        return path.joined(separator: ".")
    }

    private func field(_ name: String, of table: Table, prefix: String, at position: Position) throws -> Operand {
        guard let field = table.object.field(name) else { throw noColumn(name, table.object.name, position) }
        return Operand(
            sql: field.type.storage == nil ? "NULL" : table.column(field), type: field.type, name: prefix + field.name,
            object: table.object.name, isNillable: field.isNillable || !prefix.isEmpty, field: field
        )
    }

    /// A field of a parent that may be of several objects: each is asked by its own range of ids.
    private func field(_ name: String, ofMany parent: Parent, prefix: String, at position: Position) throws -> Operand {
        let lowered = name.lowercased()
        if lowered == "id" {
            return Operand(
                sql: parent.id, type: .id, name: prefix + "Id", object: "Name", isNillable: true, field: nil
            )
        }
        var cases: SQL = ""
        var found: Field?
        for object in parent.objects {
            let range = object.keyPrefix.idRange
            let head: SQL =
                " WHEN \(parent.id) BETWEEN \(.integer(range.lowerBound)) AND \(.integer(range.upperBound)) THEN "
            if lowered == "type" {
                cases.append(head + "\(.text(object.name))")
            } else if let field = lowered == "name" ? object.nameField : object.field(name), field.type.storage != nil {
                found = found ?? field
                guard field.type.storage == found?.type.storage else { continue }
                let alias = Identifier("n0")
                let records = try context.records.condition(object, alias)
                cases.append(
                    head + """
                        (SELECT \(identifier: alias).\(identifier: Identifier(field.name)) FROM \
                        \(identifier: Identifier(object.name)) \(identifier: alias) \
                        WHERE \(identifier: alias)."Id" = \(parent.id)\(records.map { " AND \($0)" } ?? ""))
                        """
                )
            }
        }
        guard lowered == "type" || found != nil else { throw noColumn(name, "Name", position) }
        let type = lowered == "type" ? .string : found?.type ?? .string
        let canonical = lowered == "type" ? "Type" : lowered == "name" ? "Name" : found?.name ?? name
        let value: SQL = "(CASE\(cases) END)"
        return Operand(
            sql: type.storage == .text ? value + context.dialect.ignoringCase : value, type: type,
            name: prefix + canonical,
            object: "Name", isNillable: true, field: nil
        )
    }

    private func noColumn(_ name: String, _ object: String, _ position: Position) -> PlatformError {
        context.error(
            .invalidField,
            """
            No such column '\(name)' on entity '\(object)'. If you are attempting to use a custom field, be sure to \
            append the '__c' after the custom field name. Please reference your WSDL or the describe call for the \
            appropriate names.
            """,
            at: position
        )
    }

    private func notUnderstood(_ relation: String, _ position: Position) -> PlatformError {
        context.error(
            .invalidField,
            """
            Didn't understand relationship '\(relation)' in field path. If you are attempting to use a custom \
            relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL \
            or the describe call for the appropriate names.
            """,
            at: position
        )
    }
}
