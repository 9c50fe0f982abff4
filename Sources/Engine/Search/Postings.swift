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

    /// One posting more; nothing happens when it is there.
    func add(_ record: RecordID, to term: Int64) throws {
        try run(Self.insertion, [.integer(term), .id(record)])
    }

    /// One posting less, wherever it is.
    func remove(_ record: RecordID, from term: Int64) throws {
        try run(Self.deletion, [.integer(term), .id(record)])
        guard let block = try floor(term, record.rawValue, record.prefix.idRange.lowerBound) else { return }
        let rest = block.ids.filter { $0 != record.rawValue }
        if rest.count < block.ids.count { try replace([block], of: term, with: rest) }
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

    private static let insertion = KeptSQL(
        "INSERT INTO az_term (term, record) VALUES (\(.null), \(.null)) ON CONFLICT DO NOTHING")
    private static let deletion = KeptSQL("DELETE FROM az_term WHERE term = \(.null) AND record = \(.null)")
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
