import Dispatch
import Records
import Store
import Synchronization

/// The search index: kept in the transaction of every write, or made good later for bulk loads.
///
/// ## Topics
/// - Keeping: ``numbers(of:in:)``, ``replace(_:with:of:_:)``, ``postpone(_:_:)``, ``settle(_:limit:)``
/// - Asking: ``question(_:_:)``, ``candidates(for:_:limit:of:)``
final class SearchIndex: Sendable {
    private let hash: TermHash
    /// Those that nobody uses at the moment.
    private let spare = Mutex<[TermNumbers]>([])

    /// - Parameter key: 32 bytes, the organisation's search key.
    init(key: [UInt8]) { hash = TermHash(key: key) }

    /// The fields of an object whose text is searched.
    static func fields(of object: ObjectSchema) -> [Field] {
        guard object.isSearchable || object.isPerson || object.isCustom, !object.isInternal else { return [] }
        return object.fields.filter { field in
            switch field.type {
            case .string, .textarea, .phone, .email:
                field.compoundFieldName != nil || !isComposedName(field, of: object)
            default: false
            }
        }
    }

    /// The `Name` of a person is put together from parts that are searched themselves.
    private static func isComposedName(_ field: Field, of object: ObjectSchema) -> Bool {
        object.isPerson && field.name == "Name"
    }

    /// The terms of a record, as numbers, sorted.
    /// - Parameter texts: The text of each field of ``fields(of:)``, nil where it has none.
    func numbers(of texts: [String?], in object: ObjectSchema) -> [Int64] {
        withNumbers { numbers(of: texts, Self.fields(of: object), $0) }
    }

    private func numbers(of texts: [String?], _ fields: [Field], _ numbers: TermNumbers) -> [Int64] {
        Self.eachText(of: texts, fields) { numbers.add($0, as: $1) }
        return numbers.take()
    }

    private func withNumbers<R>(_ body: (TermNumbers) -> R) -> R {
        let numbers = spare.withLock { $0.popLast() } ?? TermNumbers(hash)
        defer { spare.withLock { $0.append(numbers) } }
        return body(numbers)
    }

    /// The terms of some fields' texts.
    static func terms(of texts: [String?], _ fields: [Field]) -> Set<String> {
        var terms = SearchTerms()
        eachText(of: texts, fields) { terms.add($0, as: $1) }
        return terms.terms
    }

    /// What is taken apart of some fields' texts.
    private static func eachText(of texts: [String?], _ fields: [Field], _ body: (String, SearchTerms.Kind) -> Void) {
        var names: [String] = []
        for (field, text) in zip(fields, texts) {
            guard let text, !text.isEmpty else { continue }
            let isName = field.isNameField || field.compoundFieldName == "Name" || field.type == .email
            body(text, isName ? .name : .text)
            if field.name == "LastName" || field.name == "FirstName" { names.append(text) }
        }
        // 田中太郎 is searched without a space between the names.
        if names.count == 2 {
            body(names[0] + names[1], .text)
            body(names[1] + names[0], .text)
        }
    }

    /// Makes the postings of a record what its terms are now. Both lists sorted; empty for a record that is not there.
    static func replace(_ old: [Int64], with new: [Int64], of record: RecordID, _ connection: any Connection) throws {
        let (before, after) = (Set(old), Set(new))
        let postings = Postings(connection)
        try postings.remove(record, from: old.filter { !after.contains($0) })
        try postings.add(record, to: new.filter { !before.contains($0) })
    }

    /// Notes that the records of an object in a range of ids are to be indexed later.
    static func postpone(_ object: String, _ range: ClosedRange<RecordID>, _ connection: any Connection) throws {
        // Mostly right behind the last: one long range is indexed sooner than many short ones.
        let before = Value.integer(range.lowerBound.rawValue - 1)
        let grown = try connection.execute(
            """
            UPDATE az_search_pending SET last = \(.id(range.upperBound))
            WHERE object = \(.text(object)) AND last = \(before)
            """
        )
        if grown > 0 { return }
        try connection.execute(
            """
            INSERT INTO az_search_pending (object, first, last)
            VALUES (\(.text(object)), \(.id(range.lowerBound)), \(.id(range.upperBound)))
            """
        )
    }

    /// Forgets all, and notes that every record is to be indexed.
    func forget(_ schema: Schema, _ connection: any Connection) throws {
        for table in ["az_term", "az_posting", "az_search_mark", "az_search_pending"] {
            try connection.execute("DELETE FROM \(identifier: Identifier(table))")
        }
        for object in schema.objects where !Self.fields(of: object).isEmpty {
            let range = object.keyPrefix.idRange
            try Self.postpone(
                object.name, RecordID(rawValue: range.lowerBound)...RecordID(rawValue: range.upperBound), connection)
        }
    }

    /// Indexes up to `limit` records that a bulk load left for later; to be called on the writer.
    /// - Returns: How many were indexed.
    func settle(_ connection: any Connection, schema: Schema, limit: Int) throws -> Int {
        // Ascending: most of what comes is behind what is there.
        let next = try connection.first(
            "SELECT object, first, last FROM az_search_pending ORDER BY object, first LIMIT 1"
        ) { row in
            (object: row.string(0), first: row.int64(1), last: row.int64(2))
        }
        guard let next else { return 0 }
        guard let object = schema.object(next.object) else {
            try connection.execute("DELETE FROM az_search_pending WHERE object = \(.text(next.object))")
            return 0
        }
        let rows = try texts(of: object, from: next.first, to: next.last, limit: limit, connection)
        let (last, count) = (rows.last?.record ?? next.first, rows.count)
        // In the order of the index: neighbours are written together.
        let sorted = PostingSort.sorted(postings(of: rows, Self.fields(of: object)))
        let mark = SearchMark(object: object.name, connection)
        if let first = rows.first, try mark.isBehindAll(first.record) {
            try Postings(connection).append(sorted)
        } else {
            try Postings(connection).add(sorted)
        }
        if count > 0 { try mark.move(behind: last) }
        try connection.execute(
            "DELETE FROM az_search_pending WHERE object = \(.text(next.object)) AND first = \(.integer(next.first))"
        )
        if count == limit, last < next.last {
            try connection.execute(
                """
                INSERT INTO az_search_pending (object, first, last)
                VALUES (\(.text(next.object)), \(.integer(last + 1)), \(.integer(next.last)))
                """
            )
        }
        return count
    }

    /// Moves what single writes have left into blocks.
    ///
    /// - Returns: How many postings were moved; fewer than `limit` when that was all.
    func compact(_ connection: any Connection, _ schema: Schema, limit: Int) throws -> Int {
        let moved = try Postings(connection).compact(limit: limit)
        for (prefix, records) in Dictionary(grouping: moved, by: { RecordID(rawValue: $0).prefix }) {
            guard let object = schema.objects.first(where: { $0.keyPrefix == prefix }), let last = records.max() else {
                continue
            }
            try SearchMark(object: object.name, connection).move(behind: last)
        }
        return moved.count
    }

    /// Terms that a record must have, one of each group; the group that fewest records have comes first.
    struct Question {
        fileprivate let groups: [[Int64]]
    }

    /// What to ask the index for terms; nil without a term, and when no record has any of a group.
    func question(_ terms: [[String]], _ connection: any Connection) throws -> Question? {
        var sized: [(group: [Int64], count: Int)] = []
        for group in terms.map({ $0.map(hash.number) }) {
            let count = try PostingList(group, in: Self.everything, connection).roughCount()
            guard count > 0 else { return nil }
            sized.append((group, count))
        }
        guard !sized.isEmpty else { return nil }
        return Question(groups: sized.sorted { $0.count < $1.count }.map(\.group))
    }

    /// Records that may hold a text, by its terms: each must still be compared with its text.
    /// - Parameter prefix: Only records of this object, the latest first; nil: of any, in ascending order.
    /// - Returns: At most `limit` ids.
    ///
    /// - Parameter seen: Those of some records that whoever searches may see; nil: all.
    func candidates(
        for question: Question, _ connection: any Connection, limit: Int, of prefix: KeyPrefix? = nil,
        seen: (([RecordID]) throws -> Set<RecordID>)? = nil
    ) throws -> [RecordID] {
        let range = prefix?.idRange ?? Self.everything
        let lists = question.groups.map { PostingList($0, in: range, connection) }
        var found: [RecordID] = []
        var unchecked: [RecordID] = []
        func check() throws {
            guard let seen, !unchecked.isEmpty else { return }
            let visible = try seen(unchecked)
            found += unchecked.filter(visible.contains)
            unchecked = []
        }
        try lists[0].each(ascending: prefix == nil) { id in
            if try lists.dropFirst().allSatisfy({ try $0.contains(id) }) {
                unchecked.append(RecordID(rawValue: id))
                if seen == nil { found.append(unchecked.removeLast()) }
                if unchecked.count == Self.checkedAtOnce { try check() }
            }
            return found.count < limit
        }
        try check()
        return found
    }

    private static let checkedAtOnce = 200

    private static let everything: ClosedRange<Int64> = 0...Int64.max

    private typealias Row = (record: Int64, texts: [String?])

    /// The searched fields of records outside the bin.
    private func texts(
        of object: ObjectSchema, from first: Int64, to last: Int64, limit: Int, _ connection: any Connection
    ) throws -> [Row] {
        let fields = Self.fields(of: object)
        guard !fields.isEmpty else { return [] }
        let columns = SQL.joined(fields.map { "\(identifier: Identifier($0.name))" }, separator: ", ")
        return try connection.all(
            """
            SELECT "Id", \(columns) FROM \(identifier: Identifier(object.name))
            WHERE "Id" BETWEEN \(.integer(first)) AND \(.integer(last)) AND "IsDeleted" = 0
            ORDER BY "Id" LIMIT \(.integer(Int64(limit)))
            """
        ) { row in
            (row.int64(0), fields.indices.map { row.isNull($0 + 1) ? nil : row.string($0 + 1) })
        }
    }

    /// The postings of records; made on all cores, since taking texts apart is most of the work.
    ///
    /// - Returns: In the order of the records.
    private func postings(of rows: [Row], _ fields: [Field]) -> [PostingSort.Posting] {
        let size = 500
        let count = (rows.count + size - 1) / size
        let parts = Mutex([[PostingSort.Posting]](repeating: [], count: count))
        DispatchQueue.concurrentPerform(iterations: count) { part in
            var made: [PostingSort.Posting] = []
            withNumbers { numbers in
                for row in rows[part * size..<min((part + 1) * size, rows.count)] {
                    for term in self.numbers(of: row.texts, fields, numbers) { made.append((term, row.record)) }
                }
            }
            parts.withLock { $0[part] = made }
        }
        return parts.withLock { Array($0.joined()) }
    }
}
