import Records
import Store

/// The step that refuses values of restricted picklists which the record cannot have: inactive ones, those of a dependent
/// picklist that its controlling value does not allow, and those of other record types.
///
/// What a record has it keeps: a value is looked at again only when it, its controlling value or the record type changes.
struct PicklistStep {
    private let field: Field
    private let controller: Field?
    private let values: [String: PicklistValue]
    private let isTyped: Bool

    static func check(_ set: inout WriteSet, _ connection: any Connection) throws {
        var types = try RecordTypes(&set, connection)
        for field in set.object.fields where field.isRestrictedPicklist {
            let step = PicklistStep(field, of: set.object)
            guard step.hasRules, step.isConcerned(set) else { continue }
            for row in set.goodRows {
                if let refusal = try step.refusal(row, set, &types, connection) {
                    set.rows[row].refusals.append(refusal)
                }
            }
        }
    }

    private init(_ field: Field, of object: ObjectSchema) {
        self.field = field
        controller = field.controllerName.flatMap { object.field($0) }
        values = Dictionary(field.picklist.map { ($0.value.lowercased(), $0) }) { first, _ in first }
        isTyped = field.picklist.contains { !$0.recordTypes.isEmpty }
    }

    private var hasRules: Bool { controller != nil || isTyped || field.picklist.contains { !$0.isActive } }

    /// The fields on which it depends what can be chosen.
    private var causes: [String] {
        [field.name] + [controller?.name, isTyped ? "RecordTypeId" : nil].compactMap(\.self)
    }

    private func isConcerned(_ set: WriteSet) -> Bool { causes.contains { set.column($0) != nil } }

    private func refusal(
        _ row: Int, _ set: WriteSet, _ types: inout RecordTypes, _ connection: any Connection
    ) throws -> PlatformError? {
        guard let text = set.value(field.name, of: row).text, !isUnchanged(row, set) else { return nil }
        for part in field.type == .multipicklist ? text.split(separator: ";").map(String.init) : [text] {
            guard let value = values[part.lowercased()] else { continue }
            if !value.isActive, !hadValue(part, row, set) { return refusal(part, "it is inactive") }
            if let controller {
                let chosen =
                    WireText.text(of: set.value(controller.name, of: row))
                    ?? (controller.type == .boolean ? "false" : "")
                guard value.validFor.contains(where: { $0.lowercased() == chosen.lowercased() }) else {
                    return refusal(
                        part, "it is not for \(controller.label) \(chosen.isEmpty ? "without a value" : chosen)")
                }
            }
            if !value.recordTypes.isEmpty {
                let type = try set.value("RecordTypeId", of: row).id.flatMap { try types.name(of: $0, connection) }
                guard let type, value.recordTypes.contains(where: { $0.lowercased() == type.lowercased() }) else {
                    return refusal(part, "it is not for record type \(type ?? "Master")")
                }
            }
        }
        return nil
    }

    private func isUnchanged(_ row: Int, _ set: WriteSet) -> Bool {
        guard let old = set.rows[row].old else { return false }
        return causes.allSatisfy { name in
            set.object.index(of: name).map { old[$0] == set.value(name, of: row) } ?? true
        }
    }

    /// Whether an inactive value is one that the record has already.
    private func hadValue(_ part: String, _ row: Int, _ set: WriteSet) -> Bool {
        guard let old = set.object.index(of: field.name).flatMap({ set.rows[row].old?[$0] })?.text else { return false }
        return old.split(separator: ";").contains { $0.lowercased() == part.lowercased() }
    }

    private func refusal(_ text: String, _ reason: String) -> PlatformError {
        PlatformError(
            .invalidOrNullForRestrictedPicklist,
            "\(field.label): bad value for restricted picklist field: \(text) (\(reason))", fields: [field.name]
        )
    }
}

/// Record types by their ids, each looked up once.
private struct RecordTypes {
    private var known: [RecordID: (name: String, object: String, isActive: Bool)?] = [:]

    /// Refuses rows whose new record type is of another object, or inactive.
    init(_ set: inout WriteSet, _ connection: any Connection) throws {
        guard set.object.field("RecordTypeId") != nil, let column = set.column("RecordTypeId") else { return }
        for row in set.goodRows {
            guard let id = set.cells[row, column].id else { continue }
            if let place = set.object.index(of: "RecordTypeId"), set.rows[row].old?[place].id == id { continue }
            let type = try find(id, connection)
            if let type, type.isActive, type.object.lowercased() == set.object.name.lowercased() { continue }
            set.rows[row].refusals.append(
                PlatformError(
                    .invalidCrossReferenceKey,
                    """
                    Record Type ID: this ID value isn't valid: \(id). It is to be an active record type of \
                    \(set.object.name).
                    """,
                    fields: ["RecordTypeId"]))
        }
    }

    mutating func name(of id: RecordID, _ connection: any Connection) throws -> String? {
        try find(id, connection)?.name
    }

    private mutating func find(
        _ id: RecordID, _ connection: any Connection
    ) throws -> (name: String, object: String, isActive: Bool)? {
        if let type = known[id] { return type }
        let type = try connection.first(
            """
            SELECT "DeveloperName", "SobjectType", "IsActive" FROM "RecordType" \
            WHERE "Id" = \(.id(id)) AND "IsDeleted" = 0
            """
        ) { (name: $0.string(0), object: $0.string(1), isActive: $0.int64(2) != 0) }
        known[id] = .some(type)
        return type
    }
}
