import Records
import SOQL
import Store

extension QueryCompiler {
    /// The select list of a query whose rows are records.
    func selectRows(_ query: Query, _ scope: Scope, into selection: inout Selection) throws {
        selection.ids = ["\(identifier: scope.root.alias).\"Id\""]
        var seen: Set<String> = []
        for item in query.select {
            switch item {
            case .expression(let expression, let alias):
                if let alias, case .field = expression {
                    throw context.error(
                        .malformedQuery, "only aggregate expressions use field aliasing", at: alias.position)
                }
                let name = try select(expression, as: alias?.text, scope, into: &selection)
                guard seen.insert(name.lowercased()).inserted else {
                    throw context.error(.malformedQuery, "duplicate field selected: \(name)", at: item.position)
                }
            case .fields(let set, let position):
                try checkLimit(set, query, position)
                for field in fields(set, of: scope.root.object) where seen.insert(field.name.lowercased()).inserted {
                    _ = try select(.field(Path([field.name], at: position)), as: nil, scope, into: &selection)
                }
            case .children(let query):
                selection.isFlat = false
                let (name, child) = try children(query, of: scope.root.object)
                selection.node.add(.ready(.children(name, selection.children.count)))
                selection.children.append(child)
            case .typeOf(let typeOf):
                selection.isFlat = false
                try select(typeOf, scope, into: &selection)
            }
        }
    }

    /// Adds a field or function; the name it got.
    private func select(
        _ expression: Expression, as alias: String?, _ scope: Scope, into selection: inout Selection
    ) throws -> String {
        switch expression {
        case .field(let path), .toLabel(let path, _), .convertCurrency(let path, _), .format(.field(let path), _),
            .format(.convertCurrency(let path, _), _):
            let value = try operand(expression, scope, Selection())
            if let alias { return try select(value, as: alias, at: path.position, into: &selection) }
            let names = scope.names(path)
            let node = try node(names.dropLast(), leaf: path, scope, into: &selection)
            if let compound = try compound(value, path, scope, into: &selection) {
                node.add(.ready(compound))
            } else {
                let leaf = String(value.name.split(separator: ".").last ?? "")
                let cell = selection.add(value, named: value.name)
                node.add(.ready(.value(leaf, cell: cell, value.shownType)))
            }
            return value.name
        case .distance(let distance):
            let value = try operand(expression, scope, Selection())
            let unnamed = selection.columns.count { $0.name.hasPrefix("expr") }
            return try select(value, as: alias ?? "expr\(unnamed)", at: distance.position, into: &selection)
        default:
            throw context.error(
                .malformedQuery, "This function stands in queries with GROUP BY alone.", at: expression.position
            )
        }
    }

    /// Adds a function's value under a name of its own.
    private func select(
        _ value: Operand, as alias: String, at position: Position, into selection: inout Selection
    ) throws -> String {
        guard value.type.storage != nil else {
            throw context.error(
                .malformedQuery, "A function takes a part of '\(value.name)', not the whole.", at: position)
        }
        let cell = selection.add(value, named: alias)
        selection.node.add(.ready(.value(alias, cell: cell, value.shownType)))
        return alias
    }

    /// The node of the parent that a path's field belongs to.
    private func node(
        _ relations: ArraySlice<String>, leaf path: Path, _ scope: Scope, into selection: inout Selection
    ) throws -> ShapeNode {
        var node = selection.node
        for end in relations.indices {
            let next = end + 1 < relations.endIndex ? relations[end + 1] : path.last
            let parent = try scope.parent(
                relations[relations.startIndex...end], leaf: next, at: path.position
            )
            node = node.parent(parent.name) {
                ShapeNode(
                    id: selection.addID(parent.seenID),
                    objects: Dictionary(uniqueKeysWithValues: parent.objects.map { ($0.keyPrefix, $0.name) })
                )
            }
        }
        return node
    }

    /// An address or location: its parts are cells, put together for whoever reads records.
    private func compound(
        _ value: Operand, _ path: Path, _ scope: Scope, into selection: inout Selection
    ) throws -> RecordShape.Member? {
        guard value.type == .address || value.type == .location, let whole = value.field,
            let object = context.schema.object(value.object)
        else { return nil }
        selection.isFlat = false
        var parts: [RecordShape.Part] = []
        for field in object.fields where field.compoundFieldName == whole.name {
            let part = try scope.field(Path(scope.names(path).dropLast() + [field.name], at: path.position))
            let cell = selection.add(part, named: part.name)
            parts.append(RecordShape.Part(name: Self.wireName(of: field.name), cell: cell, type: field.type))
        }
        return .compound(whole.name, parts.sorted { $0.name < $1.name })
    }

    /// `MailingPostalCode` → `postalCode`.
    private static func wireName(of part: String) -> String {
        let names = [
            "GeocodeAccuracy", "CountryCode", "StateCode", "PostalCode", "Latitude", "Longitude", "Country", "Street",
            "State", "City",
        ]
        let name = names.first { part.hasSuffix($0) } ?? part
        return name.prefix(1).lowercased() + name.dropFirst()
    }

    /// A child subquery: which lookup it follows, and its own plan.
    private func children(_ query: Query, of parent: ObjectSchema) throws -> (String, ChildPlan) {
        let name = query.from.source.last
        let found = context.schema.children(of: parent).first { $0.name?.lowercased() == name.lowercased() }
        guard let found, let canonical = found.name, found.child.isQueryable else {
            throw context.error(
                .invalidType,
                """
                Didn't understand relationship '\(name)' in FROM part of query call. If you are attempting to use a \
                custom relationship, be sure to append the '__r' after the custom relationship name. Please reference \
                your WSDL or the describe call for the appropriate names.
                """,
                at: query.from.source.position
            )
        }
        let plan = try QueryCompiler(context).childPlan(query, of: found.child)
        if !plan.isLasting { markFleeting() }
        return (canonical, ChildPlan(plan: plan, link: "t0.\(identifier: Identifier(found.field.name))"))
    }

    private func childPlan(_ query: Query, of object: ObjectSchema) throws -> Plan {
        let plan = try plan(query, of: object)
        guard !plan.isGrouped && !plan.isCount else {
            throw context.error(.malformedQuery, "A child query selects fields, not aggregates.", at: query.position)
        }
        return plan
    }

    private func select(_ typeOf: TypeOf, _ scope: Scope, into selection: inout Selection) throws {
        let names = scope.names(typeOf.relation)
        let parent = try scope.parent(names[...], leaf: "Name", at: typeOf.relation.position)
        let node = try node(names.dropLast()[...], leaf: typeOf.relation, scope, into: &selection)
        var branches: [(KeyPrefix, RecordShape.Parent)] = []
        var rest = parent.objects
        for branch in typeOf.branches {
            guard let object = parent.objects.first(where: { $0.name.lowercased() == branch.object.text.lowercased() })
            else {
                throw context.error(
                    .invalidType, "sObject type '\(branch.object.text)' is not supported.", at: branch.object.position
                )
            }
            rest.removeAll { $0.name == object.name }
            branches.append(try self.branch(branch.fields, of: object, parent, scope, into: &selection))
        }
        for object in typeOf.otherwise.isEmpty ? [] : rest {
            branches.append(try branch(typeOf.otherwise, of: object, parent, scope, into: &selection))
        }
        node.add(.typeOf(parent.name, id: selection.addID(parent.id), branches))
    }

    private func branch(
        _ fields: [Path], of object: ObjectSchema, _ parent: Scope.Parent, _ scope: Scope,
        into selection: inout Selection
    ) throws -> (KeyPrefix, RecordShape.Parent) {
        let table = try scope.join(object, parent.id)
        var members: [RecordShape.Member] = []
        for path in fields {
            let field = path.last.lowercased() == "name" ? object.nameField : object.field(path.last)
            guard path.names.count == 1, let field, field.type.storage != nil else {
                throw context.error(
                    .invalidField, "No such column '\(path.text)' on entity '\(object.name)'.", at: path.position
                )
            }
            let value = Operand(
                sql: table.column(field), type: field.type, name: "\(parent.name).\(field.name)", object: object.name,
                isNillable: true, field: field
            )
            let name = path.last.lowercased() == "name" ? "Name" : field.name
            members.append(.value(name, cell: selection.add(value, named: value.name), field.type))
        }
        return (object.keyPrefix, RecordShape.Parent(object: object.name, members: members))
    }

    private func fields(_ set: FieldSet, of object: ObjectSchema) -> [Field] {
        object.fields.filter { field in
            guard field.type != .junctionIDList, field.type != .base64 else { return false }
            return switch set {
            case .all: true
            case .standard: !field.isCustom
            case .custom: field.isCustom
            }
        }
    }

    private func checkLimit(_ set: FieldSet, _ query: Query, _ position: Position) throws {
        if set == .standard { return }
        if let limit = query.limit, try context.count(limit) <= 200 { return }
        throw context.error(.malformedQuery, "The SOQL FIELDS function must have a LIMIT of at most 200", at: position)
    }
}
