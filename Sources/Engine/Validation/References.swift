import Records
import Store

/// The step that finds the parents of rows: values that name a parent by its external id become its id, and every id
/// is checked to be of the right object, there, and not deleted.
///
/// Each parent is looked up once, however many rows have it.
struct References {
    private let schema: Schema
    private let visible: Schema
    private let access: Access
    private let connection: any Connection
    private var checked: [RecordID: State] = [:]
    private var named: [Name: Found] = [:]

    private enum State { case live, deleted, absent }
    private enum Found { case one(RecordID), none, several }
    private struct Name: Hashable {
        let object: String
        let field: String
        let value: Value
    }

    init(access: Access, connection: any Connection) {
        schema = access.full
        visible = access.visible
        self.access = access
        self.connection = connection
    }

    /// The step.
    static func resolve(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        let access = set.isProducts ? Rewrite(transaction).everything : transaction.access
        var references = References(access: access, connection: transaction.connection)
        try references.resolve(&set)
    }

    mutating func resolve(_ set: inout WriteSet) throws {
        for (column, field) in set.fields.enumerated() where field.type == .reference {
            let keys = set.keys[column]
            // Owners and makers are the same in row after row.
            var before: RecordID?
            for row in set.rows.indices where !set.cells[row, column].isNull {
                do {
                    if !keys.isEmpty {
                        set.cells[row, column] = Cell(
                            .id, try find(set.cells.value(row, column), by: keys, field).rawValue)
                    } else if let id = set.cells[row, column].id {
                        if id == before { continue }
                        // What stays as it is was checked when it was written.
                        if let index = set.object.index(of: field.name), set.rows[row].old?[index].id == id { continue }
                        try check(id, field)
                        before = id
                    }
                } catch let error as PlatformError where error.detail == nil {
                    set.rows[row].refusals.append(error)
                }
            }
            // From here on the column holds ids.
            set.forgetKeys(of: column)
        }
    }

    /// The parent that a value of a path names.
    private mutating func find(
        _ value: Value, by keys: [BatchColumns.ParentKey], _ field: Field
    ) throws -> RecordID {
        for key in keys {
            var refusals: [PlatformError] = []
            let value = key.coercion.coerce(value, &refusals)
            guard refusals.isEmpty, !value.isNull else { continue }
            switch try lookUp(Name(object: key.object.name, field: key.field.name, value: value)) {
            case .one(let id): return id
            case .none: continue
            case .several:
                throw PlatformError(
                    .duplicateExternalID,
                    "More than one record of \(key.object.name) found for \(key.field.name); the parent is not certain",
                    fields: [field.name]
                )
            }
        }
        let objects = keys.map(\.object.name).joined(separator: " or ")
        throw PlatformError(
            .invalidField,
            """
            Foreign key external ID: \(WireText.text(of: value) ?? "") not found for field \
            \(keys.first?.field.name ?? field.name) in entity \(objects)
            """,
            fields: [field.name]
        )
    }

    private mutating func lookUp(_ name: Name) throws -> Found {
        if let found = named[name] { return found }
        let records = RecordFilter(access, connection.dialect)
        let seen = try schema.object(name.object).flatMap { try records.condition($0, Identifier("t0")) }
        let column: SQL = "t0.\(identifier: Identifier(name.field))"
        let key = schema.object(name.object)?.field(name.field)
        let holds = try key.map { try connection.holds(name.value, $0, in: column) } ?? "\(column) = \(name.value)"
        let ids = try connection.all(
            """
            \(records.with)SELECT t0."Id" FROM \(identifier: Identifier(name.object)) t0 \
            WHERE \(holds) \
            AND t0."IsDeleted" = 0\(seen.map { " AND \($0)" } ?? "") LIMIT 2
            """
        ) { RecordID(rawValue: $0.int64(0)) }
        let found: Found = ids.isEmpty ? .none : ids.count == 1 ? .one(ids[0]) : .several
        named[name] = found
        return found
    }

    private mutating func check(_ id: RecordID, _ field: Field) throws {
        guard let object = schema.object(of: id), field.referenceTo.isEmpty || field.referenceTo.contains(object.name)
        else {
            throw PlatformError(
                .fieldIntegrityException, "\(field.label): id value of incorrect type: \(id)", fields: [field.name]
            )
        }
        switch try state(of: id, object) {
        case .live: return
        case .deleted: throw PlatformError(.entityIsDeleted, "entity is deleted", fields: [field.name])
        case .absent: throw PlatformError(.invalidCrossReferenceKey, "invalid cross reference id", fields: [field.name])
        }
    }

    private mutating func state(of id: RecordID, _ object: ObjectSchema) throws -> State {
        if let state = checked[id] { return state }
        // What may not be seen is not there.
        let records = RecordFilter(access, connection.dialect)
        let seen = try records.condition(object, Identifier("t0"))
        let isDeleted: Bool? =
            visible.object(object.name) == nil
            ? nil
            : try connection.first(
                """
                \(records.with)SELECT t0."IsDeleted" FROM \(identifier: Identifier(object.name)) t0 \
                WHERE t0."Id" = \(.id(id))\(seen.map { " AND \($0)" } ?? "")
                """
            ) { $0.int64(0) != 0 }
        let state: State = isDeleted.map { $0 ? .deleted : .live } ?? .absent
        checked[id] = state
        return state
    }
}
