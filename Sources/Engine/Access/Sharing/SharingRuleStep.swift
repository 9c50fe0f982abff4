import Records
import SOQL
import Store

/// The step that refuses sharing rules which could not be followed.
enum SharingRuleStep {
    static func check(_ set: inout WriteSet, _ access: Access, _ connection: any Connection) throws {
        guard set.object.name == "SharingRule" else { return }
        for row in set.goodRows {
            if let refusal = refusal(of: row, in: set, access, connection) { set.rows[row].refusals.append(refusal) }
        }
    }

    private static func refusal(
        of row: Int, in set: WriteSet, _ access: Access, _ connection: any Connection
    ) -> PlatformError? {
        let name = set.value("SobjectType", of: row).text ?? ""
        guard let object = access.full.object(name), !object.isInternal, object.isOwned else {
            return PlatformError(
                .invalidType, "Records of '\(name)' have no owner, so no rule shares them.", fields: ["SobjectType"])
        }
        guard object.name == name else {
            return PlatformError(
                .invalidType, "Write the object as it is spelt: \(object.name).", fields: ["SobjectType"])
        }
        let criteria = set.value("Criteria", of: row).text
        let isByOwner = set.value("Type", of: row).text?.lowercased() == "owner"
        if isByOwner, set.value("SharedFromId", of: row).isNull {
            return PlatformError(
                .requiredFieldMissing, "Whose records does the rule share? Name a group, a role or a queue.",
                fields: ["SharedFromId"])
        }
        guard !isByOwner else { return nil }
        guard let criteria, !criteria.isEmpty else {
            return PlatformError(
                .requiredFieldMissing,
                "Which records does the rule mean? Write a condition, such as Priority = 'High'.",
                fields: ["Criteria"])
        }
        do {
            let condition = try SharingRule.condition(criteria, of: object.name)
            _ = try QueryCompiler.condition(
                condition, on: object, Identifier("t0"), access, connection.dialect)
            return nil
        } catch let error as SOQLError {
            return PlatformError(
                .malformedQuery, "The condition cannot be read: \(error.message)", fields: ["Criteria"])
        } catch let error as PlatformError {
            return PlatformError(error.code, "The condition cannot be read: \(error.message)", fields: ["Criteria"])
        } catch {
            return PlatformError(.malformedQuery, "The condition cannot be read.", fields: ["Criteria"])
        }
    }
}
