import Crypto
import Records

/// What one answer showed of one object, to whom. Made where records leave the door, kept by ``ReadLog``.
struct ReadReport: Sendable {
    var at: Instant
    var user: RecordID
    var application: String
    var purpose: String
    var kind: AccessKind
    var object: String
    /// The query's text; only its hash is kept, since a filter may quote somebody's data.
    var query: String?
    /// The records shown, as many as are known by id.
    var shown: Shown

    enum Shown: Sendable {
        case ids([RecordID])
        /// More than is worth listing: how many, and the ids between which they lay.
        case range(ClosedRange<RecordID>, count: Int)
    }

    /// More ids than this are kept as a range: a few bytes each are worth it for a list, not for a whole table.
    static let idsMax = 2_000
    /// Up to this many are looked up by record; longer lists are packed.
    static let singlesMax = 20

    init(
        _ kind: AccessKind, of object: String, _ shown: Shown, query: String? = nil, by session: Session, at: Instant
    ) {
        self.at = at
        user = session.user
        application = session.application
        purpose = session.purpose
        self.kind = kind
        self.object = object
        self.query = query
        self.shown = Self.bounded(shown)
    }

    var count: Int {
        switch shown {
        case .ids(let ids): ids.count
        case .range(_, let count): count
        }
    }

    /// SHA-256 of the query, cut to 16 bytes: enough to see that two reads were of the same query.
    var queryHash: [UInt8]? {
        query.map { Array(SHA256.hash(data: Array($0.utf8)).prefix(16)) }
    }

    /// Takes in the next part of the same export, so that a million rows are one report. False when it is another's.
    mutating func extend(by next: ReadReport) -> Bool {
        guard kind == .export, next.kind == .export, user == next.user, application == next.application,
            purpose == next.purpose, object == next.object, query == next.query,
            next.at.milliseconds - at.milliseconds < 60_000
        else { return false }
        if case .ids(let mine) = shown, case .ids(let more) = next.shown {
            shown = Self.bounded(.ids(mine + more))
        } else if let mine = range, let more = next.range {
            let low = min(mine.lowerBound, more.lowerBound)
            shown = .range(low...max(mine.upperBound, more.upperBound), count: count + next.count)
        }
        at = next.at
        return true
    }

    private var range: ClosedRange<RecordID>? {
        switch shown {
        case .range(let range, _): range
        case .ids(let ids): ids.min().flatMap { low in ids.max().map { low...$0 } }
        }
    }

    private static func bounded(_ shown: Shown) -> Shown {
        guard case .ids(let ids) = shown, ids.count > idsMax, let low = ids.min(), let high = ids.max() else {
            return shown
        }
        return .range(low...high, count: ids.count)
    }
}

extension Session {
    /// Tells who was read. Costs an append when the object's records are somebody's, and nothing otherwise.
    func report(_ kind: AccessKind, _ object: ObjectSchema, _ records: [RecordID]) {
        guard object.isPerson || !object.subjectPath.isEmpty else { return }
        report(kind, object.name, records)
    }

    /// The same for an object whose records are known to be somebody's.
    func report(_ kind: AccessKind, _ object: String, _ records: [RecordID]) {
        if records.isEmpty { return }
        engine.reads.append(ReadReport(kind, of: object, .ids(records), by: self, at: engine.environment.now()))
    }
}

/// A list of ids in few bytes: sorted, each as its distance from the one before, seven bits a byte.
enum PackedIDs {
    static func pack(_ ids: [RecordID]) -> [UInt8] {
        var bytes: [UInt8] = []
        var last: Int64 = 0
        for id in ids.sorted() {
            var distance = UInt64(bitPattern: id.rawValue - last)
            last = id.rawValue
            while distance >= 128 {
                bytes.append(UInt8(truncatingIfNeeded: distance) | 128)
                distance >>= 7
            }
            bytes.append(UInt8(distance))
        }
        return bytes
    }

    static func unpack(_ bytes: some Sequence<UInt8>) -> [RecordID] {
        var ids: [RecordID] = []
        var last: Int64 = 0
        var distance: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            distance |= UInt64(byte & 127) << shift
            shift += 7
            if byte < 128 {
                last += Int64(bitPattern: distance)
                ids.append(RecordID(rawValue: last))
                (distance, shift) = (0, 0)
            }
        }
        return ids
    }
}
