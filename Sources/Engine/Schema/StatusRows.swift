import Records
import Store

/// The rows of `LeadStatus`: the values of `Lead.Status`, as clients look for the one that a converted lead has. Kept in step with the
/// picklist by whatever changes the schema.
enum StatusRows {
    /// To be called in the transaction that changes the schema, as its last act.
    static func renew(at now: Instant? = nil, on connection: any Connection) throws {
        let schema = try LiveSchema.shape(version: 0, on: connection)
        guard let object = schema.object("LeadStatus"), let status = schema.object("Lead")?.field("Status") else {
            return
        }
        let table = Identifier(object.name)
        let known = Dictionary(
            try connection.all("SELECT \"ApiName\", \"Id\" FROM \(identifier: table)") {
                ($0.string(0), RecordID(rawValue: $0.int64(1)))
            }
        ) { first, _ in first }
        let values = status.picklist.filter(\.isActive)
        for (name, id) in known where !values.contains(where: { $0.value == name }) {
            try connection.execute("DELETE FROM \(identifier: table) WHERE \"Id\" = \(.id(id))")
        }
        for (place, value) in values.enumerated() {
            let cells: [(String, Value)] = [
                ("MasterLabel", .text(value.label)), ("SortOrder", .integer(Int64(place + 1))),
                ("IsDefault", .boolean(value.isDefault)), ("IsConverted", .boolean(value.isClosed)),
            ]
            if let id = known[value.value] {
                let changes = cells.map { SQL("\(identifier: Identifier($0.0)) = \($0.1)") }
                try connection.execute(
                    """
                    UPDATE \(identifier: table) SET \(.joined(changes, separator: ", ")) WHERE "Id" = \(.id(id))
                    """
                )
            } else {
                try StandingRow.insert([("ApiName", .text(value.value))] + cells, into: object, at: now, connection)
            }
        }
    }
}
