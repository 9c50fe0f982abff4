import Loading
import Records

/// What becomes of one column of the input.
struct ColumnPlan {
    enum Target {
        /// A field of the object itself.
        case field(String)
        /// A path that the door resolves: `Account.Ext__c`.
        case externalParent(path: String)
        /// A lookup whose parent is found by another field than an external id, before the load.
        case namedParent(lookup: String, parent: String, by: String, makesNew: Bool)
        case leftOut
    }

    var column: String
    var target: Target
    var type: FieldType?
    var dateOrder: DateOrder?
    var yes: String?

    /// The name under which the door gets the column; nil when it does not.
    var fieldForDoor: String? {
        switch target {
        case .field(let name): name
        case .externalParent(let path): path
        case .namedParent(let lookup, _, _, _): lookup
        case .leftOut: nil
        }
    }
}

/// The columns of one input against the schema: where each goes, which fields are missing, what is not understood.
struct HeaderPlan {
    /// A custom field that the input needs and the object lacks.
    struct Missing {
        var field: String
        /// The column whose values tell the type; its place in the input.
        var column: Int
        /// Said by the mapping.
        var type: FieldType?
        /// The object that a lookup is to point to.
        var parent: String?
    }

    private(set) var columns: [ColumnPlan] = []
    private(set) var missing: [Missing] = []
    /// One sentence for each column that cannot be loaded.
    private(set) var problems: [String] = []

    private let object: ObjectSchema
    private let schema: Schema
    private let mapping: Mapping

    init(columns names: [String], object: ObjectSchema, schema: Schema, mapping: Mapping) {
        self.object = object
        self.schema = schema
        self.mapping = mapping
        for (place, name) in names.enumerated() { columns.append(plan(name, place)) }
        let given = columns.compactMap { $0.fieldForDoor?.lowercased() }
        for (name, columns) in Dictionary(grouping: given, by: { $0 }).filter({ $0.value.count > 1 }) {
            problems.append(
                "\(columns.count) columns go to the field \(name): leave out all but one with --map 'Header='.")
        }
    }

    private mutating func plan(_ column: String, _ place: Int) -> ColumnPlan {
        let rule = mapping.rule(for: column)
        // What a results file of an earlier load put before the columns.
        if column.hasPrefix(ResultsFile.columnPrefix) || rule?.target.isEmpty == true {
            return ColumnPlan(column: column, target: .leftOut)
        }
        let name = rule?.target ?? column
        let target = name.contains(".") ? pathTarget(name, column, place, rule) : fieldTarget(name, column, place, rule)
        let field = target.flatMap { target in if case .field(let name) = target { object.field(name) } else { nil } }
        return ColumnPlan(
            column: column, target: target ?? .leftOut, type: field?.type ?? rule?.type, dateOrder: rule?.dateOrder,
            yes: rule?.yes)
    }

    private mutating func fieldTarget(
        _ name: String, _ column: String, _ place: Int, _ rule: Mapping.Rule?
    ) -> ColumnPlan.Target? {
        if let field = object.field(name) { return .field(field.name) }
        if name.lowercased().hasSuffix("__c") {
            missing.append(Missing(field: name, column: place, type: rule?.type, parent: nil))
            return .field(name)
        }
        // A spreadsheet's heading of a custom field: `Daily Booking Rate` is Daily_Booking_Rate__c.
        if let field = object.field(name.split(separator: " ").joined(separator: "_") + "__c") {
            return .field(field.name)
        }
        problems.append(
            "Column \(column): \(object.name) has no field \(name)."
                + (closest(name).map { " Did you mean \($0)?" } ?? "")
                + " Name its field with --map '\(column)=Field', or leave it out with --map '\(column)='.")
        return nil
    }

    private mutating func pathTarget(
        _ path: String, _ column: String, _ place: Int, _ rule: Mapping.Rule?
    ) -> ColumnPlan.Target? {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            problems.append("Column \(column): a path is `Parent.Field`.")
            return nil
        }
        guard let lookup = object.relationship(parts[0]) else {
            return addedParent(relation: parts[0], by: parts[1], column, place, rule)
        }
        let parents = lookup.referenceTo.compactMap { schema.object($0) }
        let relation = lookup.relationshipName ?? parts[0]
        for parent in parents {
            // Names are no keys: two parents may share one, and new ones are made by it.
            if let key = parent.field(parts[1]), key.isExternalID || key.isIDLookup, !key.isNameField {
                return .externalParent(path: "\(relation).\(key.name)")
            }
        }
        guard let parent = parents.first(where: { $0.field(parts[1]) != nil }), let key = parent.field(parts[1]) else {
            problems.append(
                "Column \(column): \(lookup.referenceTo.joined(separator: ", ")) has no field \(parts[1]). "
                    + "Load the parents first, or add the field with `azukari schema add`.")
            return nil
        }
        return .namedParent(
            lookup: lookup.name, parent: parent.name, by: key.name, makesNew: rule?.makesParents ?? false)
    }

    /// A path by a lookup that is not there yet: `Market__r.Name` needs Market__c, which points to Market__c.
    private mutating func addedParent(
        relation: String, by key: String, _ column: String, _ place: Int, _ rule: Mapping.Rule?
    ) -> ColumnPlan.Target? {
        guard relation.lowercased().hasSuffix("__r") else {
            problems.append("Column \(column): \(object.name) has no relation \(relation).")
            return nil
        }
        let stem = String(relation.dropLast(3))
        guard let parent = schema.object(stem + "__c") ?? schema.object(stem), let field = parent.field(key) else {
            problems.append(
                "Column \(column): there is no object \(stem)__c with a field \(key). Load the parents first.")
            return nil
        }
        missing.append(Missing(field: stem + "__c", column: place, type: .reference, parent: parent.name))
        if field.isExternalID || field.isIDLookup, !field.isNameField {
            return .externalParent(path: "\(relation).\(field.name)")
        }
        return .namedParent(
            lookup: stem + "__c", parent: parent.name, by: field.name, makesNew: rule?.makesParents ?? false)
    }

    /// The field whose name differs least, when it differs little.
    private func closest(_ name: String) -> String? {
        let wanted = Array(name.lowercased())
        let distances = object.fields.map { ($0.name, Self.distance(wanted, Array($0.name.lowercased()))) }
        return distances.min { $0.1 < $1.1 }.flatMap { $0.1 <= max(1, name.count / 4) ? $0.0 : nil }
    }

    /// How many letters must be put in, taken out or changed (Levenshtein).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var corner = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let change = corner + (letter == other ? 0 : 1)
                corner = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, corner + 1)
            }
        }
        return row[b.count]
    }
}
