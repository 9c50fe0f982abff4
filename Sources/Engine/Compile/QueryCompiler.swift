import Records
import SOQL
import Store

/// Turns a query's tree into statements, against the schema that the session may see.
final class QueryCompiler {
    let context: QueryContext
    private var aliasCount = 0
    /// Whether a value of this very call went into the statement.
    private(set) var isLasting: Bool

    init(_ context: QueryContext) {
        self.context = context
        isLasting = context.viewer.access.subjects == nil
    }

    func plan(_ query: Query) throws -> Plan {
        let object = try object(query.from.source)
        if query.isAllRows && context.deleted == .without { return try withDeletedRows().plan(query) }
        return try plan(query, of: object)
    }

    /// A query, or a list of children, over an object.
    func plan(_ query: Query, of object: ObjectSchema) throws -> Plan {
        let scope = scope(object, query.from)
        try checkClauses(query)
        let isGrouped = query.groupBy != nil || !query.isCount && query.select.contains(where: isAggregate)
        let window = (limit: try query.limit.map(count), offset: try query.offset.map(count) ?? 0)
        if window.offset > 2000, let offset = query.offset {
            throw context.error(
                .numberOutsideValidRange, "Maximum SOQL offset allowed is 2000", at: offset.position
            )
        }
        var selection = Selection()
        if isGrouped {
            try selectGroups(query, scope, into: &selection)
        } else if !query.isCount {
            try selectRows(query, scope, into: &selection)
        }
        let filters = try [scopeCondition(query, scope)] + [query.where.map { try condition($0, scope, Selection()) }]
        let having = try query.having.map { try condition($0, scope, selection) }
        let order = try ordering(query, scope, selection)
        let present = filters.compactMap { $0 }
        let hidden = try context.records.condition(scope.root.object, scope.root.alias)
        let idColumn = isGrouped || query.isCount ? nil : selection.cells.count
        return Plan(
            object: object,
            columns: selection.columns,
            formats: selection.formats,
            isFlat: selection.isFlat,
            shape: RecordShape(
                object: isGrouped ? "AggregateResult" : object.name, id: idColumn,
                members: selection.node.members(idsFrom: selection.cells.count)
            ),
            cellCount: selection.cells.count + selection.ids.count,
            isCount: query.isCount,
            isGrouped: isGrouped,
            children: selection.children,
            isLasting: isLasting,
            select: "SELECT " + .joined(selection.cells + selection.ids, separator: ", "),
            from: " FROM \(identifier: Identifier(object.name)) \(identifier: scope.root.alias)" + scope.joins
                + (selection.sets?.join ?? ""),
            deleted: context.deleted,
            with: context.records.with,
            visibility: Self.both(deletion(scope.root), hidden),
            isLimited: hidden != nil,
            condition: present.isEmpty ? nil : .joined(present, separator: " AND "),
            grouping: selection.grouping + (having.map { " HAVING \($0)" } ?? ""),
            order: order,
            limit: window.limit,
            offset: window.offset
        )
    }

    private func scope(_ object: ObjectSchema, _ from: From) -> Scope {
        // The outermost statement's own table is always t0: plans add predicates on it.
        Scope(object, alias: Identifier("t0"), from: from, context: context) { [self] in
            aliasCount += 1
            return Identifier("t\(aliasCount)")
        }
    }

    /// The scope of an inner query, whose table has a name of its own.
    func innerScope(_ object: ObjectSchema, _ from: From) -> Scope {
        aliasCount += 1
        return Scope(object, alias: Identifier("t\(aliasCount)"), from: from, context: context) { [self] in
            aliasCount += 1
            return Identifier("t\(aliasCount)")
        }
    }

    func object(_ source: Path) throws -> ObjectSchema {
        guard source.names.count == 1, let object = context.schema.object(source.names[0]), object.isQueryable else {
            throw context.error(.invalidType, "sObject type '\(source.text)' is not supported.", at: source.position)
        }
        return object
    }

    /// A value that holds for this call alone went in.
    func markFleeting() { isLasting = false }

    /// What keeps out of a table what is in the bin, and what the session may not see.
    func visibility(_ table: Table) throws -> SQL? {
        Self.both(deletion(table), try context.records.condition(table.object, table.alias))
    }

    /// Every table has the column, so that the partial indexes of unique fields serve.
    private func deletion(_ table: Table) -> SQL? {
        switch context.deleted {
        case .without: "\(identifier: table.alias).\"IsDeleted\" = 0"
        case .with: nil
        case .only: "\(identifier: table.alias).\"IsDeleted\" = 1"
        }
    }

    private static func both(_ one: SQL?, _ other: SQL?) -> SQL? {
        guard let one, let other else { return one ?? other }
        return one + " AND " + other
    }

    /// A condition on fields of an object, for a table of a statement made elsewhere; whatever the session may see.
    static func condition(
        _ condition: Condition, on object: ObjectSchema, _ alias: Identifier, _ access: Access,
        _ dialect: DatabaseDialect
    ) throws -> SQL {
        let context = QueryContext(
            viewer: Viewer(
                access: Access(
                    full: access.full, visible: access.full, rights: .system, fieldKeys: access.fieldKeys),
                user: SystemUser.jobs.id, timeZone: "UTC", language: "en", locale: "en_US", currency: "USD"),
            now: Instant(milliseconds: 0), deleted: .with, bindings: [:], dialect: dialect, text: nil)
        let scope = Scope(object, alias: alias, from: From(Path([object.name])), context: context) { alias }
        return try QueryCompiler(context).condition(condition, scope, Selection())
    }

    private func withDeletedRows() -> QueryCompiler {
        QueryCompiler(
            QueryContext(
                viewer: context.viewer, now: context.now, deleted: .with, bindings: context.bindings,
                dialect: context.dialect, text: context.text
            )
        )
    }

    private func count(_ literal: Literal) throws -> Int {
        if case .bind = literal.kind { markFleeting() }
        return try context.count(literal)
    }

    private func checkClauses(_ query: Query) throws {
        switch query.with {
        case nil, .securityEnforced, .userMode, .systemMode: break
        case .dataCategories(let filters):
            throw context.error(
                .malformedQuery, "WITH DATA CATEGORY is not supported.",
                at: filters.first?.group.position ?? query.position
            )
        case .recordVisibility(let settings):
            throw context.error(
                .malformedQuery, "WITH RecordVisibilityContext is not supported.",
                at: settings.first?.name.position ?? query.position
            )
        }
        if case .lookup(let path) = query.using {
            throw context.error(.malformedQuery, "USING LOOKUP is not supported.", at: path.position)
        }
    }

    /// `USING SCOPE mine` and its kin.
    private func scopeCondition(_ query: Query, _ scope: Scope) throws -> SQL? {
        guard case .scope(let name) = query.using else { return nil }
        switch name.text.lowercased() {
        case "everything": return nil
        case "mine":
            guard let owner = scope.root.object.field("OwnerId") else { fallthrough }
            markFleeting()
            return "\(scope.root.column(owner)) = \(.id(context.viewer.user))"
        case "mine_and_my_groups":
            guard let owner = scope.root.object.field("OwnerId") else { fallthrough }
            markFleeting()
            // Queues and public groups that the user is a member of.
            return """
                (\(scope.root.column(owner)) = \(.id(context.viewer.user)) OR \(scope.root.column(owner)) IN \
                (SELECT "GroupId" FROM "GroupMember" WHERE "UserOrGroupId" = \(.id(context.viewer.user))))
                """
        default:
            throw context.error(
                .malformedQuery,
                """
                The scope '\(name.text)' is not supported for \(scope.root.object.name). Use everything, mine or \
                mine_and_my_groups.
                """,
                at: name.position
            )
        }
    }

    private func isAggregate(_ item: SelectItem) -> Bool {
        switch item {
        case .expression(.aggregate, _), .expression(.format(.aggregate, _), _): true
        default: false
        }
    }
}
