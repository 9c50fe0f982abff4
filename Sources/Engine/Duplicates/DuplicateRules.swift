import Records
import Store

/// The duplicate rules of an organisation, from their records.
enum DuplicateRules {
    static let object = "DuplicateRule"

    /// Gives objects the rules that are active. One that cannot be read any more, since a field is gone, is left out.
    static func fill(_ schema: Schema, on connection: any Connection) throws -> Schema {
        let columns = [
            "Id", "DeveloperName", "SobjectType", "MatchObjects", "MatchCriteria", "ActionOnInsert", "ActionOnUpdate",
            "OperationsOnInsert", "OperationsOnUpdate", "AlertText",
        ]
        let list = SQL.joined(columns.map { "\(identifier: Identifier($0))" }, separator: ", ")
        let rules = try connection.all(
            """
            SELECT \(list) FROM "DuplicateRule" WHERE "IsActive" = 1 AND "IsDeleted" = 0 ORDER BY "SortOrder", "Id"
            """
        ) { row in
            try? read(id: RecordID(rawValue: row.int64(0)), schema) { name in
                guard let place = columns.firstIndex(of: name), !row.isNull(place) else { return .null }
                return .text(row.string(place))
            }
        }.compactMap(\.self)
        if rules.isEmpty { return schema }
        let objects = schema.objects.map { object in
            var object = object
            object.duplicateRules = rules.filter { $0.object == object.name }
            object.comparingRules = rules.filter { $0.objects.contains(object.name) }
            return object
        }
        return Schema(objects: objects, version: schema.version)
    }

    /// Reads a rule from the fields of its record.
    ///
    /// - Throws: `INVALID_FIELD`, `INVALID_TYPE` for one that makes no sense.
    static func read(id: RecordID, _ schema: Schema, _ value: (String) -> Value) throws -> DuplicateRule {
        let name = value("SobjectType").text ?? ""
        guard let object = schema.object(name), !object.isInternal, object.name != Self.object else {
            throw PlatformError(
                .invalidType, "There is no object \(name) for a duplicate rule.", fields: ["SobjectType"])
        }
        let names = (value("MatchObjects").text ?? "").split(separator: ";").map { $0.filter { $0 != " " } }
        let compared = try (names.isEmpty ? [object.name] : names).map { name in
            guard let object = schema.object(name), !object.isInternal else {
                throw PlatformError(
                    .invalidType, "There is no object \(name) to compare with.", fields: ["MatchObjects"])
            }
            return object
        }
        let criteria = try MatchCriteria.read(value("MatchCriteria").text ?? "", for: [object] + compared)
        let rule = DuplicateRule(
            id: id, name: value("DeveloperName").text ?? "", object: object.name, objects: compared.map(\.name),
            criteria: criteria, onCreate: action("Insert", value), onUpdate: action("Update", value),
            alert: value("AlertText").text ?? "")
        let reported = Set(schema.object("DuplicateRecordItem")?.field("RecordId")?.referenceTo ?? [])
        if rule.onCreate.reports || rule.onUpdate.reports, !reported.isSuperset(of: rule.objects + [rule.object]) {
            throw PlatformError(
                .invalidField, "Duplicates are reported of \(reported.sorted().joined(separator: ", ")) alone.",
                fields: ["OperationsOnInsert"])
        }
        return rule
    }

    private static func action(_ when: String, _ value: (String) -> Value) -> DuplicateRule.Action {
        let operations = Set((value("OperationsOn\(when)").text ?? "").split(separator: ";").map(String.init))
        return DuplicateRule.Action(
            blocks: value("ActionOn\(when)").text == "Block", alerts: operations.contains("Alert"),
            reports: operations.contains("Report"))
    }
}
