import Records
import Store

/// The step behind every write of `DuplicateRule`: a rule that makes no sense is refused, and what a rule looks up is made
/// anew.
enum DuplicateRuleStep {
    /// Active rules of one object.
    static let rulesMax = 10

    static func check(_ set: inout WriteSet, _ schema: Schema) {
        guard set.object.name == DuplicateRules.object else { return }
        for row in set.goodRows {
            do {
                let rule = try DuplicateRules.read(id: set.rows[row].id, schema) { set.value($0, of: row) }
                let isActive = set.value("IsActive", of: row).boolean == true
                let others = schema.object(rule.object)?.duplicateRules.filter { $0.id != rule.id } ?? []
                guard !isActive || others.count < rulesMax else {
                    throw PlatformError(
                        .limitExceeded, "\(rule.object) has \(rulesMax) active duplicate rules, as many as it may.")
                }
            } catch let error as PlatformError {
                set.rows[row].refusals.append(error)
            } catch {
                set.rows[row].refusals.append(PlatformError(.unknownException, "The rule could not be read."))
            }
        }
    }

    /// Behind the write of rules.
    static func renew(_ set: WriteSet, _ connection: any Connection) throws {
        guard set.object.name == DuplicateRules.object else { return }
        try renew(set.goodRows.map { set.rows[$0].id }, connection)
    }

    /// Behind the way of rules into the bin and out of it.
    static func renew(_ rows: [StoredRow], _ connection: any Connection) throws {
        try renew(rows.filter { $0.object.name == DuplicateRules.object }.map(\.id), connection)
    }

    private static func renew(_ rules: [RecordID], _ connection: any Connection) throws {
        if rules.isEmpty { return }
        try LiveSchema.advance(on: connection)
        let schema = try LiveSchema.load(version: try LiveSchema.version(on: connection), on: connection)
        for id in rules {
            try connection.execute("DELETE FROM az_match WHERE rule = \(.id(id))")
            try connection.execute("DELETE FROM az_match_pending WHERE rule = \(.id(id))")
            for object in schema.objects where object.comparingRules.contains(where: { $0.id == id }) {
                try connection.execute(
                    """
                    INSERT INTO az_match_pending (rule, object, next) VALUES (\(.id(id)), \(.text(object.name)), 0)
                    """)
            }
        }
    }
}
