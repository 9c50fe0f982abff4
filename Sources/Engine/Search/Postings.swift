import Records
import Store

/// Writes which records have a term.
///
/// A record that is written by itself gets a row for each term (`az_term`); bulk loads, and what has gathered there, go into
/// blocks (`az_posting`), which take a tenth of the room. Every reader looks into both. The blocks of a term are apart
/// from one another, and each is of one object.
struct Postings {
    private let connection: any Connection

    init(_ connection: any Connection) { self.connection = connection }

    /// A record more in the lists of terms; nothing happens where it is there.
    func add(_ record: RecordID, to terms: [Int64]) throws {
        try Self.eachList(of: terms) { list in
            try run(Self.insertions[list.count], list.flatMap { [.integer($0), .id(record)] })
        }
    }

    /// A record less in the lists of terms, wherever it is.
    func remove(_ record: RecordID, from terms: [Int64]) throws {
        try Self.eachList(of: terms) { list in
            let terms = list.map { Value.integer($0) }
            try run(Self.deletions[list.count], [.id(record)] + terms)
            var blocks: [Int64: Block] = [:]
            let range = record.prefix.idRange.lowerBound...record.rawValue
            try connection.rows(
                Self.floorsQueries[list.count], [.integer(range.upperBound), .integer(range.lowerBound)] + terms
            ) { row in
                let ids = PostingBlock.decode(first: row.int64(1), row.bytes(2))
                if ids.contains(record.rawValue) { blocks[row.int64(0)] = Block(first: row.int64(1), ids: ids) }
                return true
            }
            for (term, block) in blocks.sorted(by: { $0.key < $1.key }) {
                try replace([block], of: term, with: block.ids.filter { $0 != record.rawValue })
            }
        }
    }

    /// Terms in lists of few lengths, so that few statements are kept; the last is filled up by repetition.
    private static func eachList(of terms: [Int64], _ body: ([Int64]) throws -> Void) rethrows {
        var rest = terms[...]
        while let last = rest.last {
            let length = lengths.first { $0 >= rest.count } ?? lengths[lengths.count - 1]
            let list = rest.prefix(length)
            try body(list + Array(repeating: last, count: length - list.count))
            rest = rest.dropFirst(length)
        }
    }

    private static let lengths = [1, 8, 64]

    /// A statement for each of the lengths.
    private struct Lists: Sendable {
        private let statements: [Int: KeptSQL]

        init(_ make: (_ list: (SQL) -> SQL) -> SQL) {
            statements = Dictionary(
                uniqueKeysWithValues: lengths.map { length in
                    (length, KeptSQL(make { .joined(Array(repeating: $0, count: length), separator: ", ") }))
                })
        }

        subscript(length: Int) -> KeptSQL {
            guard let statement = statements[length] else { preconditionFailure("no lists have \(length) terms") }
            return statement
        }
    }

    /// Puts records into the blocks of a term.
    ///
    /// - Parameter ids: Ascending, without repetition, at least one.
    func add(_ ids: [Int64], toBlocksOf term: Int64) throws {
        var start = 0
        while start < ids.count {
            let range = RecordID(rawValue: ids[start]).prefix.idRange
            let end = ids[start...].firstIndex { $0 > range.upperBound } ?? ids.count
            try add(ids[start..<end], of: range, toBlocksOf: term)
            start = end
        }
    }

    private func add(_ ids: ArraySlice<Int64>, of range: ClosedRange<Int64>, toBlocksOf term: Int64) throws {
        guard let low = ids.first, let high = ids.last else { return }
        // What is new comes behind all that is there, but for what is indexed once more.
        guard let last = try floor(term, high, range.lowerBound) else {
            return try replace([], of: term, with: Array(ids))
        }
        if let end = last.ids.last, end < low {
            if last.ids.count >= PostingBlock.idsMax { return try replace([], of: term, with: Array(ids)) }
            return try replace([last], of: term, with: last.ids + ids)
        }
        var touched = [last]
        while let first = touched.last?.first, first > low, let before = try floor(term, first - 1, range.lowerBound) {
            touched.append(before)
        }
        let all = Set(touched.flatMap(\.ids)).union(ids)
        try replace(touched, of: term, with: all.sorted())
    }

    /// A block as it is stored.
    private struct Block {
        let first: Int64
        let ids: [Int64]
    }

    /// The last block of a term that begins at an id or before it, and not below a bound.
    private func floor(_ term: Int64, _ id: Int64, _ bound: Int64) throws -> Block? {
        try connection.first(Self.floorQuery, [.integer(term), .integer(id), .integer(bound)]) { row in
            Block(first: row.int64(0), ids: PostingBlock.decode(first: row.int64(0), row.bytes(1)))
        }
    }

    private func replace(_ blocks: [Block], of term: Int64, with ids: [Int64]) throws {
        var old = Set(blocks.map(\.first))
        for start in stride(from: 0, to: ids.count, by: PostingBlock.idsMax) {
            let part = ids[start..<min(start + PostingBlock.idsMax, ids.count)]
            let bytes = Value.bytes(PostingBlock.encode(part))
            if old.remove(part[start]) == nil {
                try run(Self.blockInsertion, [.integer(term), .integer(part[start]), bytes])
            } else {
                try run(Self.blockUpdate, [bytes, .integer(term), .integer(part[start])])
            }
        }
        for first in old { try run(Self.blockDeletion, [.integer(term), .integer(first)]) }
    }

    /// Moves rows into blocks, in the order of their terms.
    ///
    /// - Returns: The records of those that were moved; fewer than `limit` when that was all.
    func compact(limit: Int) throws -> [Int64] {
        var rows: [(term: Int64, record: Int64)] = []
        rows.reserveCapacity(limit)
        try connection.rows(
            "SELECT term, record FROM az_term ORDER BY term, record LIMIT \(.integer(Int64(limit)))"
        ) { row in
            rows.append((row.int64(0), row.int64(1)))
            return true
        }
        guard let last = rows.last else { return [] }
        try add(rows)
        try connection.execute(
            """
            DELETE FROM az_term WHERE term < \(.integer(last.term)) \
            OR term = \(.integer(last.term)) AND record <= \(.integer(last.record))
            """)
        return rows.map(\.record)
    }

    /// Puts postings into blocks.
    ///
    /// - Parameter sorted: By term and record.
    func add(_ sorted: [(term: Int64, record: Int64)]) throws {
        var start = 0
        while start < sorted.count {
            let term = sorted[start].term
            var ids: [Int64] = []
            while start < sorted.count, sorted[start].term == term {
                if ids.last != sorted[start].record { ids.append(sorted[start].record) }
                start += 1
            }
            try add(ids, toBlocksOf: term)
        }
    }

    /// Puts postings into blocks of their own, in bulk.
    ///
    /// - Parameter sorted: By term and record; of one object, and behind all of its records that are in blocks.
    func append(_ sorted: [(term: Int64, record: Int64)]) throws {
        var start = 0
        while start < sorted.count {
            var (cells, bytes, ids) = ([Cell](), [UInt8](), [Int64]())
            while start < sorted.count, cells.count < Self.cellsAtOnce {
                let term = sorted[start].term
                ids.removeAll(keepingCapacity: true)
                while start < sorted.count, sorted[start].term == term, ids.count < PostingBlock.idsMax {
                    ids.append(sorted[start].record)
                    start += 1
                }
                let before = bytes.count
                PostingBlock.encode(ids[...], into: &bytes)
                cells += [
                    Cell(.integer, term), Cell(.integer, ids[0]),
                    Cell(.bytes, start: before, count: bytes.count - before),
                ]
            }
            try insert(cells, bytes)
        }
    }

    private static let cellsAtOnce = 30_000

    private func insert(_ cells: [Cell], _ bytes: [UInt8]) throws {
        let columns = ["term", "first", "ids"].map { Identifier($0) }
        let places = columns.indices.map { CellReader.Column(start: $0, step: columns.count) }
        try places.withUnsafeBufferPointer { places in
            try cells.withUnsafeBufferPointer { cells in
                try bytes.withUnsafeBufferPointer { bytes in
                    let reader = CellReader(columns: places, cells: cells, bytes: bytes)
                    let rows = NewRows(
                        into: Identifier("az_posting"), columns: columns, count: cells.count / columns.count, of: reader
                    )
                    try connection.insert(rows) { _, error in throw error }
                }
            }
        }
    }

    private func run(_ statement: KeptSQL, _ bindings: [Value]) throws {
        try connection.rows(statement, bindings) { _ in true }
    }

    private static let insertions = Lists {
        "INSERT INTO az_term (term, record) VALUES \($0("(\(.null), \(.null))")) ON CONFLICT DO NOTHING"
    }
    private static let deletions = Lists {
        "DELETE FROM az_term WHERE record = \(.null) AND term IN (\($0("\(.null)")))"
    }
    /// The last block of each term that begins at an id or before it, and not below a bound.
    private static let floorsQueries = Lists {
        """
        SELECT p.term, p.first, p.ids FROM (SELECT t.column1 AS term, (SELECT max(q.first) FROM az_posting q \
        WHERE q.term = t.column1 AND q.first <= \(.null) AND q.first >= \(.null)) AS first \
        FROM (VALUES \($0("(\(.null))"))) t) k JOIN az_posting p ON p.term = k.term AND p.first = k.first
        """
    }
    private static let blockInsertion = KeptSQL(
        "INSERT INTO az_posting (term, first, ids) VALUES (\(.null), \(.null), \(.null))")
    private static let blockUpdate = KeptSQL(
        "UPDATE az_posting SET ids = \(.null) WHERE term = \(.null) AND first = \(.null)")
    private static let blockDeletion = KeptSQL("DELETE FROM az_posting WHERE term = \(.null) AND first = \(.null)")
    private static let floorQuery = KeptSQL(
        """
        SELECT first, ids FROM az_posting WHERE term = \(.null) AND first <= \(.null) AND first >= \(.null) \
        ORDER BY first DESC LIMIT 1
        """
    )
}
