import Records
import Store

/// What is looked up to find duplicates: for each rule and record the keyed numbers of what its criteria compare.
///
/// Kept in the transaction of every write, of bulk loads too. Who has the index without the key cannot tell what it is of.
struct MatchIndex {
    private let hash: TermHash

    /// - Parameter key: 32 bytes.
    init(key: [UInt8]) { hash = TermHash(key: key) }

    /// The keys of a record: the values of all criteria that have one key each, together; without such a criterion those of
    /// the first. Which criteria they are of depends on the rule alone, so that two records that match have one in common.
    /// None where a criterion without `blank` has no value.
    func keys(_ rule: DuplicateRule, _ value: (String) -> Value) -> Set<Int64> {
        let sets = rule.criteria.map { (criterion: $0, texts: Self.texts($0, value($0.field))) }
        guard sets.allSatisfy({ !$0.texts.isEmpty }) else { return [] }
        let plain = sets.filter { !$0.criterion.method.hasNeighbours }
        guard plain.isEmpty else {
            return [hash.number(of: plain.map { $0.texts.first ?? "" }.joined(separator: "\u{1F}"))]
        }
        return Set(sets[0].texts.map(hash.number))
    }

    /// Whether two records are duplicates by a rule.
    static func matches(_ rule: DuplicateRule, _ left: (String) -> Value, _ right: (String) -> Value) -> Bool {
        rule.criteria.allSatisfy { criterion in
            let (left, right) = (left(criterion.field), right(criterion.field))
            if MatchText.matches(left, right, criterion.method) { return true }
            return criterion.matchesBlank && texts(criterion, left) == [""] && texts(criterion, right) == [""]
        }
    }

    private static func texts(_ criterion: MatchCriterion, _ value: Value) -> Set<String> {
        let keys = MatchText.keys(of: value, criterion.method)
        // No key of a value is empty.
        return keys.isEmpty && criterion.matchesBlank ? [""] : keys
    }

    static func replace(
        _ old: Set<Int64>, with new: Set<Int64>, of record: RecordID, _ rule: DuplicateRule,
        _ connection: any Connection
    ) throws {
        for key in old.subtracting(new) {
            try connection.execute(
                """
                DELETE FROM az_match WHERE rule = \(.id(rule.id)) AND "key" = \(.integer(key)) \
                AND record = \(.id(record))
                """)
        }
        for key in new.subtracting(old).sorted() {
            try connection.execute(
                """
                INSERT INTO az_match (rule, "key", record) VALUES (\(.id(rule.id)), \(.integer(key)), \(.id(record))) \
                ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Records that have one of the keys, at most ``foundMax``.
    static func records(
        _ keys: Set<Int64>, _ rule: DuplicateRule, _ connection: any Connection
    ) throws -> [RecordID] {
        let list = SQL.joined(keys.sorted().map { "\(.integer($0))" }, separator: ", ")
        return try connection.all(
            """
            SELECT DISTINCT record FROM az_match WHERE rule = \(.id(rule.id)) AND "key" IN (\(list)) \
            ORDER BY record LIMIT \(.integer(Int64(foundMax)))
            """
        ) { RecordID(rawValue: $0.int64(0)) }
    }

    /// More records with one value are not looked at: it is nobody's own.
    static let foundMax = 200

    /// The keys of a stored record enter or leave the index with it.
    func move(_ row: StoredRow, isThere: Bool, _ connection: any Connection) throws {
        for rule in row.object.comparingRules {
            let keys = keys(rule) { row[$0] }
            try Self.replace(isThere ? [] : keys, with: isThere ? keys : [], of: row.id, rule, connection)
        }
    }

    /// The keys of what was created or changed.
    func index(_ set: WriteSet, _ connection: any Connection) throws {
        for rule in set.object.comparingRules {
            if set.operation == .update, !rule.criteria.contains(where: { set.column($0.field) != nil }) { continue }
            for row in set.goodRows {
                let new = keys(rule) { set.value($0, of: row) }
                let old = set.rows[row].old == nil ? [] : keys(rule) { set.oldValue($0, of: row) }
                try Self.replace(old, with: new, of: set.rows[row].id, rule, connection)
            }
        }
    }
}
