import Records
import Store

/// The records that have one of some terms, read piece by piece from the one end or the other.
final class PostingList {
    private let terms: [Int64]
    private let connection: any Connection
    private let range: ClosedRange<Int64>
    /// The block of each term that was looked into last.
    private var held: [Int64: [Int64]] = [:]

    /// - Parameter range: Only ids in it, which is one object's or everything.
    init(_ terms: [Int64], in range: ClosedRange<Int64>, _ connection: any Connection) {
        self.terms = terms
        self.range = range
        self.connection = connection
    }

    /// About how many records there are, counted to some thousand: enough to begin with the rarest.
    func roughCount() throws -> Int {
        var count = 0
        for term in terms {
            count += try connection.first(Self.countQuery, [.integer(term), .integer(term)]) { Int($0.int64(0)) } ?? 0
        }
        return count
    }

    /// Hands over the records in their order, each once, until `body` answers that it is enough.
    func each(ascending: Bool, _ body: (Int64) throws -> Bool) throws {
        var cursors = terms.map { PostingCursor(term: $0, ascending: ascending, range, connection) }
        var last: Int64?
        while true {
            var best: (place: Int, id: Int64)?
            for place in cursors.indices {
                guard let id = try cursors[place].peek() else { continue }
                if best.map({ ascending ? id < $0.id : id > $0.id }) ?? true { best = (place, id) }
            }
            guard let best else { return }
            cursors[best.place].drop()
            if last != best.id, try !body(best.id) { return }
            last = best.id
        }
    }

    /// Whether a record has one of the terms. Quick for ids in their order.
    func contains(_ id: Int64) throws -> Bool {
        for term in terms {
            if let block = held[term], let first = block.first, let last = block.last, first <= id, id <= last {
                if block.hasSorted(id) { return true }
            } else if let block = try floor(term, id) {
                held[term] = block
                if block.hasSorted(id) { return true }
            }
            let isRow = try connection.first(Self.rowQuery, [.integer(term), .integer(id)]) { _ in true }
            if isRow == true { return true }
        }
        return false
    }

    private func floor(_ term: Int64, _ id: Int64) throws -> [Int64]? {
        try connection.first(PostingCursor.downwards, [.integer(term), .integer(id), .integer(range.lowerBound)]) {
            row in
            PostingBlock.decode(first: row.int64(0), row.bytes(1))
        }
    }

    private static let rowQuery = KeptSQL("SELECT 1 FROM az_term WHERE term = \(.null) AND record = \(.null)")
    private static let countQuery = KeptSQL(
        """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM az_term WHERE term = \(.null) LIMIT 1000) AS found) \
        + (SELECT coalesce(sum(length(ids) + 1), 0) \
        FROM (SELECT ids FROM az_posting WHERE term = \(.null) LIMIT 16) AS part)
        """
    )
}

/// The records of one term on the way through its blocks and its rows.
private struct PostingCursor {
    private let term: Int64
    private let ascending: Bool
    private let range: ClosedRange<Int64>
    private let connection: any Connection
    /// What was read and not yet taken, in the order in which it is taken.
    private var block: ArraySlice<Int64> = []
    private var rows: ArraySlice<Int64> = []
    /// Where the next ones begin; nil when there are none.
    private var nextBlock: Int64?
    private var nextRow: Int64?

    init(term: Int64, ascending: Bool, _ range: ClosedRange<Int64>, _ connection: any Connection) {
        self.term = term
        self.ascending = ascending
        self.range = range
        self.connection = connection
        nextBlock = ascending ? range.lowerBound : range.upperBound
        nextRow = nextBlock
    }

    mutating func peek() throws -> Int64? {
        while block.isEmpty, let from = nextBlock { try readBlock(from) }
        if rows.isEmpty, let from = nextRow { try readRows(from) }
        guard let one = block.first else { return rows.first }
        guard let other = rows.first else { return one }
        return ascending ? min(one, other) : max(one, other)
    }

    /// Takes the one that ``peek()`` has shown.
    mutating func drop() {
        guard let one = block.first else { return rows = rows.dropFirst() }
        guard let other = rows.first, one != other else {
            rows = rows.first == nil ? rows : rows.dropFirst()
            return block = block.dropFirst()
        }
        if (one < other) == ascending { block = block.dropFirst() } else { rows = rows.dropFirst() }
    }

    /// A range is one object's or everything, and a block is of one object: it lies in the range when its first id does.
    private mutating func readBlock(_ from: Int64) throws {
        let bounds: [Value] = [
            .integer(term), .integer(from), .integer(ascending ? range.upperBound : range.lowerBound),
        ]
        let found = try connection.first(ascending ? Self.upwards : Self.downwards, bounds) { row in
            PostingBlock.decode(first: row.int64(0), row.bytes(1))
        }
        guard let found, let first = found.first, let last = found.last else { return nextBlock = nil }
        block = ascending ? found[...] : found.reversed()[...]
        nextBlock =
            ascending ? (last < range.upperBound ? last + 1 : nil) : (first > range.lowerBound ? first - 1 : nil)
    }

    private mutating func readRows(_ from: Int64) throws {
        var found: [Int64] = []
        let bounds: [Value] = [
            .integer(term), .integer(from), .integer(ascending ? range.upperBound : range.lowerBound),
        ]
        try connection.rows(ascending ? Self.rowsUpwards : Self.rowsDownwards, bounds) { row in
            found.append(row.int64(0))
            return true
        }
        rows = found[...]
        guard let last = found.last, found.count == Self.rowsMax else { return nextRow = nil }
        nextRow = ascending ? last + 1 : last - 1
    }

    private static let rowsMax = 256

    static let downwards = KeptSQL(
        """
        SELECT first, ids FROM az_posting WHERE term = \(.null) AND first <= \(.null) AND first >= \(.null) \
        ORDER BY first DESC LIMIT 1
        """
    )
    private static let upwards = KeptSQL(
        """
        SELECT first, ids FROM az_posting WHERE term = \(.null) AND first >= \(.null) AND first <= \(.null) \
        ORDER BY first LIMIT 1
        """
    )
    private static let rowsDownwards = KeptSQL(
        """
        SELECT record FROM az_term WHERE term = \(.null) AND record <= \(.null) AND record >= \(.null) \
        ORDER BY record DESC LIMIT 256
        """
    )
    private static let rowsUpwards = KeptSQL(
        """
        SELECT record FROM az_term WHERE term = \(.null) AND record >= \(.null) AND record <= \(.null) \
        ORDER BY record LIMIT 256
        """
    )
}

extension [Int64] {
    fileprivate func hasSorted(_ id: Int64) -> Bool {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low] == id
    }
}
