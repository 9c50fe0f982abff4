import Records
import Store

/// The step that refuses purposes whose name nobody could register for, and scopes of what is not there.
enum PurposeStep {
    static func check(_ set: inout WriteSet, _ access: Access, _ connection: any Connection) throws {
        switch set.object.name {
        case "DataUsePurpose": checkNames(&set)
        case "DataUsePurposeScope":
            for row in set.goodRows {
                if let refusal = refusal(of: row, set, access) { set.rows[row].refusals.append(refusal) }
            }
            try refuseTwice(&set, connection)
        default: break
        }
    }

    private static func checkNames(_ set: inout WriteSet) {
        guard set.column("DeveloperName") != nil else { return }
        for row in set.goodRows {
            guard let name = set.value("DeveloperName", of: row).text else { continue }
            let isName =
                name.first?.isLetter == true
                && name.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || isLetter($0) || $0 == 95 }
            if isName { continue }
            set.rows[row].refusals.append(
                PlatformError(
                    .invalidOperation,
                    "'\(name)' is no name for a purpose: it begins with a letter, and has letters, digits and _ alone.",
                    fields: ["DeveloperName"]))
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    private static func refusal(of row: Int, _ set: WriteSet, _ access: Access) -> PlatformError? {
        let name = set.value("SobjectType", of: row).text ?? ""
        guard let object = access.full.object(name), !object.isInternal, object.name == name else {
            return PlatformError(.invalidType, "There is no object '\(name)'.", fields: ["SobjectType"])
        }
        guard let path = set.value("Field", of: row).text else { return nil }
        let names = path.split(separator: ".", maxSplits: 1)
        guard names.count == 2, names[0] == name, let field = object.field(names[1]), field.name == names[1] else {
            return PlatformError(
                .invalidField, "'\(path)' names no field of \(name): write Object.Field, as they are spelt.",
                fields: ["Field"])
        }
        return nil
    }

    private static func refuseTwice(_ set: inout WriteSet, _ connection: any Connection) throws {
        guard set.operation == .create else { return }
        var seen: Set<[Value]> = []
        for row in set.goodRows {
            let purpose = set.value("DataUsePurposeId", of: row)
            let (object, field) = (set.value("SobjectType", of: row), set.value("Field", of: row))
            let same: SQL = field.isNull ? "\"Field\" IS NULL" : "\"Field\" = \(field)"
            let isThere = try connection.first(
                """
                SELECT 1 FROM "DataUsePurposeScope" WHERE "DataUsePurposeId" = \(purpose) \
                AND "SobjectType" = \(object) AND \(same) AND "IsDeleted" = 0
                """
            ) { _ in true }
            guard !seen.insert([purpose, object, field]).inserted || isThere == true else { continue }
            set.rows[row].refusals.append(
                PlatformError(
                    .duplicateValue,
                    "The purpose has \(field.text ?? object.text ?? "it") already.", fields: ["Field"]))
        }
    }
}
