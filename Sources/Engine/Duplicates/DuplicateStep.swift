import Records
import Store

/// The step that finds what the duplicate rules of an object take for duplicates: blocks them, or notes them to be
/// reported once they are written.
struct DuplicateStep {
    private let rule: DuplicateRule
    private let action: DuplicateRule.Action
    private let allowsDuplicates: Bool
    private let access: Access
    private let index: MatchIndex
    private let connection: any Connection
    /// Rows of this set that came before, by their keys.
    private var before: [Int64: [Int]] = [:]

    /// A record that was written although it is a duplicate, and of which.
    struct Report: Sendable {
        let rule: DuplicateRule
        let record: RecordID
        let matches: [RecordID]
    }

    static func check(_ set: inout WriteSet, _ transaction: WriteTransaction) throws -> [Report] {
        if set.object.duplicateRules.isEmpty { return [] }
        return try check(
            &set, allowsDuplicates: transaction.session.allowsDuplicates, transaction.access,
            transaction.engine.matches, transaction.connection)
    }

    /// - Returns: What is to be reported, of the rows that nothing refuses.
    static func check(
        _ set: inout WriteSet, allowsDuplicates: Bool, _ access: Access, _ index: MatchIndex,
        _ connection: any Connection
    ) throws -> [Report] {
        var reports: [Report] = []
        for rule in set.object.duplicateRules {
            let action = set.operation == .create ? rule.onCreate : rule.onUpdate
            guard action.isAny else { continue }
            if set.operation == .update, !rule.criteria.contains(where: { set.column($0.field) != nil }) { continue }
            var step = DuplicateStep(
                rule: rule, action: action, allowsDuplicates: allowsDuplicates, access: access, index: index,
                connection: connection)
            for row in set.goodRows {
                let matches = try step.matches(row, set)
                if matches.isEmpty { continue }
                if let refusal = step.refusal(matches, set.object) {
                    set.rows[row].refusals.append(refusal)
                } else if action.reports {
                    reports.append(Report(rule: rule, record: set.rows[row].id, matches: matches))
                }
            }
        }
        return reports
    }

    private mutating func matches(_ row: Int, _ set: WriteSet) throws -> [RecordID] {
        let keys = index.keys(rule) { set.value($0, of: row) }
        if keys.isEmpty { return [] }
        // What was a duplicate before the change is none of its doing.
        if set.operation == .update, keys == index.keys(rule, { set.oldValue($0, of: row) }) { return [] }
        var found: Set<RecordID> = []
        for earlier in Set(keys.flatMap { before[$0] ?? [] }) where set.rows[earlier].refusals.isEmpty {
            let isSame = MatchIndex.matches(rule, { set.value($0, of: row) }, { set.value($0, of: earlier) })
            if isSame { found.insert(set.rows[earlier].id) }
        }
        for key in keys { before[key, default: []].append(row) }
        let candidates = try MatchIndex.records(keys, rule, connection)
        let written = Set(set.rows.map(\.id))
        for ids in Dictionary(grouping: candidates.filter { !written.contains($0) }, by: \.prefix).values {
            // What may not be seen is not told of.
            guard access.visible.object(of: ids[0]) != nil, let object = access.full.object(of: ids[0]) else {
                continue
            }
            let seen = try RecordFilter.permitted(ids, of: object, for: .read, access, connection)
            for stored in try connection.storedRows(ids, of: object) where stored["IsDeleted"].boolean != true {
                if let seen, !seen.contains(stored.id) { continue }
                if MatchIndex.matches(rule, { set.value($0, of: row) }, { stored[$0] }) { found.insert(stored.id) }
            }
        }
        return found.sorted()
    }

    private func refusal(_ matches: [RecordID], _ object: ObjectSchema) -> PlatformError? {
        guard action.blocks || action.alerts && !allowsDuplicates else { return nil }
        let message =
            !rule.alert.isEmpty
            ? rule.alert : action.blocks ? "You're creating a duplicate record." : "Use one of these records?"
        let byObject = Dictionary(grouping: matches, by: \.prefix).values.compactMap { records in
            access.full.object(of: records[0]).map { (object: $0.name, records: records) }
        }
        return PlatformError(
            .duplicatesDetected, message,
            duplicates: DuplicateResult(
                rule: rule.name, object: object.name, allowsSave: !action.blocks, message: message,
                matches: byObject.sorted { $0.object < $1.object }))
    }

    /// Writes down what was found: into the set that one of the records is in already, or into a new one.
    static func report(_ reports: [Report], _ transaction: WriteTransaction) throws {
        guard let sets = transaction.schema.object("DuplicateRecordSet"),
            let items = transaction.schema.object("DuplicateRecordItem")
        else { return }
        let rewrite = Rewrite(transaction)
        func create(_ object: ObjectSchema, _ values: [(field: String, value: Value)]) throws -> RecordID {
            let id = RecordID(prefix: object.keyPrefix, sequence: try transaction.number(object.name))
            return try rewrite.create(object, id: id, values)
        }
        for report in reports {
            let records = [report.record] + report.matches
            let list = SQL.joined(records.map { "\(.id($0))" }, separator: ", ")
            let known = try transaction.connection.all(
                """
                SELECT i."RecordId", i."DuplicateRecordSetId" FROM "DuplicateRecordItem" i \
                JOIN "DuplicateRecordSet" s ON s."Id" = i."DuplicateRecordSetId" \
                WHERE i."RecordId" IN (\(list)) AND i."IsDeleted" = 0 AND s."IsDeleted" = 0 \
                AND s."DuplicateRuleId" = \(.id(report.rule.id)) ORDER BY i."Id"
                """
            ) { (record: RecordID(rawValue: $0.int64(0)), set: RecordID(rawValue: $0.int64(1))) }
            let set = try known.first?.set ?? create(sets, [("DuplicateRuleId", .id(report.rule.id))])
            let there = Set(known.filter { $0.set == set }.map(\.record))
            for record in records where !there.contains(record) {
                _ = try create(items, [("DuplicateRecordSetId", .id(set)), ("RecordId", .id(record))])
            }
        }
    }
}
