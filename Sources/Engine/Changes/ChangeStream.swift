import Foundation
public import Records
import Store
import Synchronization

/// A place in the change log: behind a change, or before the first.
public struct ChangePlace: Hashable, Sendable {
    let segment: Int64
    let offset: Int64
    /// How many frames of the log stand before it; grows with every change.
    public let position: Int64

    /// Before everything.
    public static let start = ChangePlace(segment: 1, offset: 0, position: 0)

    init(segment: Int64, offset: Int64, position: Int64) {
        self.segment = segment
        self.offset = offset
        self.position = position
    }

    /// Reads what ``text`` wrote; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 3, let position = parts[0], let segment = parts[1], let offset = parts[2],
            position >= 0, segment >= 1, offset >= 0
        else { return nil }
        self.init(segment: segment, offset: offset, position: position)
    }

    /// `41-1-7302`: to be kept by whoever goes on from here.
    public var text: String { "\(position)-\(segment)-\(offset)" }
}

/// That a record was written: what was done to which fields, never their values.
public struct RecordChange: Sendable {
    public enum Kind: Sendable {
        case create, update, delete, undelete
    }

    public let kind: Kind
    public let object: String
    public let record: RecordID
    /// Names of the fields that were written; of a deletion none.
    public let fields: [String]
    public let at: Instant
    /// The number of its transaction; several changes may have the same.
    public let transaction: Int64
    /// Behind it.
    public let place: ChangePlace
}

extension Session {
    /// Where the change log ends now.
    public func endOfChanges() async throws -> ChangePlace {
        let mark = try await engine.store.read { try ChangeLog.mark($0) }
        return ChangePlace(segment: mark.segment, offset: mark.length, position: mark.position)
    }

    /// What was written behind a place, in the order of the transactions, of the objects that this session may see.
    ///
    /// Changes of records that it may not see are not among them; of what is gone for good nobody can tell any more whose it was,
    /// and its id is told. Values are not: ask for the records, which gives them as they are now.
    ///
    /// - Parameters:
    ///   - objects: Names; nil: all.
    ///   - limit: At most so many.
    /// - Returns: The changes, and the place to go on from: behind the last one, or further where nothing else was to be told.
    /// - Throws: `INVALID_REPLICATION_DATE` for a place that the log does not have.
    public func changes(
        after place: ChangePlace, objects: Set<String>? = nil, limit: Int
    ) async throws -> (changes: [RecordChange], next: ChangePlace) {
        let schema = try await schema()
        let names = schema.objects.filter { object in
            !object.isInternal && object.isQueryable
                && (objects.map { $0.contains { $0.lowercased() == object.name.lowercased() } } ?? true)
        }
        let wanted = Set(names.map(\.name))
        let log = try await engine.changeReader()
        let (memory, folder) = (engine.shapes, log.folder)
        let read = try await engine.store.read { _ in
            try ChangeScan(folder: folder, mark: log.mark, memory: memory).run(from: place, wanted, limit)
        }
        let visible = try await visible(read.changes)
        return (visible, read.next)
    }

    /// Without those whose records this session may not see. What is in the bin is looked at there; what is gone for good is
    /// told of.
    private func visible(_ changes: [RecordChange]) async throws -> [RecordChange] {
        try await read { connection in
            let access = try self.access(on: connection)
            var (there, seen): (Set<RecordID>, Set<RecordID>) = ([], [])
            for (name, changes) in Dictionary(grouping: changes, by: \.object) {
                guard let object = access.visible.object(name) else { continue }
                let ids = Array(Set(changes.map(\.record)))
                let permitted = try RecordFilter.permitted(ids, of: object, for: .read, access, connection)
                var stored: Set<RecordID> = []
                for start in stride(from: 0, to: ids.count, by: 200) {
                    let some = SQL.list(ids[start..<min(start + 200, ids.count)])
                    try connection.rows(
                        "SELECT \"Id\" FROM \(identifier: Identifier(object.name)) WHERE \"Id\" IN (\(some))"
                    ) { row in
                        stored.insert(RecordID(rawValue: row.int64(0)))
                        return true
                    }
                }
                there.formUnion(stored)
                seen.formUnion(permitted ?? stored)
            }
            return changes.filter { seen.contains($0.record) || $0.kind == .delete && !there.contains($0.record) }
        }
    }
}

/// The shapes that hold at places which were read up to lately: whoever goes on from there need not read their segment from its
/// beginning.
final class ShapeMemory: Sendable {
    typealias Shapes = [UInt16: [String]]
    private static let placesMax = 256
    private let places = Mutex<(shapes: [ChangePlace: Shapes], order: [ChangePlace])>(([:], []))

    func shapes(at place: ChangePlace) -> Shapes? { places.withLock { $0.shapes[place] } }

    func keep(_ shapes: Shapes, at place: ChangePlace) {
        places.withLock { places in
            guard places.shapes.updateValue(shapes, forKey: place) == nil else { return }
            places.order.append(place)
            if places.order.count > Self.placesMax { places.shapes[places.order.removeFirst()] = nil }
        }
    }
}

/// Reads the log from a place on, as far as is needed and at most some megabytes at once.
private struct ChangeScan {
    let folder: String
    let mark: ChangeLog.Mark
    let memory: ShapeMemory

    private static let bytesAtOnce = 1 << 20
    /// After so much without an end it says how far it came; the next call goes on.
    private static let bytesMax = 64 << 20

    func run(
        from place: ChangePlace, _ objects: Set<String>, _ limit: Int
    ) throws -> (changes: [RecordChange], next: ChangePlace) {
        var found: [RecordChange] = []
        var at = place
        var shapes = try shapes(at: place)
        var read = 0
        while found.count < limit, read < Self.bytesMax {
            let end = try end(of: at.segment)
            if at.offset >= end {
                guard at.segment < mark.segment else { break }
                at = ChangePlace(segment: at.segment + 1, offset: 0, position: at.position)
                shapes = [:]
                continue
            }
            try frames(from: at, to: end) { frame, count in
                at = ChangePlace(segment: at.segment, offset: at.offset + Int64(count), position: frame.position)
                read += count
                guard let kind = RecordChange.Kind(frame.kind) else {
                    shapes[frame.shape] = frame.names
                    return true
                }
                guard let shape = shapes[frame.shape], let object = shape.first else { throw Self.unknown }
                if objects.contains(object) {
                    found.append(
                        RecordChange(
                            kind: kind, object: object, record: frame.record, fields: Array(shape.dropFirst()),
                            at: frame.at, transaction: frame.transaction, place: at))
                }
                return found.count < limit && read < Self.bytesMax
            }
        }
        memory.keep(shapes, at: at)
        return (found, at)
    }

    /// Nobody but a client that made it up has a place where no frame begins.
    private static let unknown = PlatformError(
        .invalidReplicationDate,
        "There is no such place in the change log. Go on from one that was answered, or begin anew.")

    private func end(of segment: Int64) throws -> Int64 {
        guard segment <= mark.segment else { throw Self.unknown }
        if segment == mark.segment { return mark.length }
        let attributes = try FileManager.default.attributesOfItem(atPath: ChangeLog.path(folder, segment: segment))
        return (attributes[.size] as? NSNumber)?.int64Value ?? 0
    }

    private func shapes(at place: ChangePlace) throws -> ShapeMemory.Shapes {
        if place.offset == 0 { return [:] }
        if let known = memory.shapes(at: place) { return known }
        guard try place.offset <= end(of: place.segment) else { throw Self.unknown }
        var shapes: ShapeMemory.Shapes = [:]
        var (offset, position) = (Int64(0), Int64(0))
        let start = ChangePlace(segment: place.segment, offset: 0, position: -1)
        while offset < place.offset {
            let from = ChangePlace(
                segment: place.segment, offset: offset, position: offset == 0 ? start.position : position)
            try frames(from: from, to: place.offset) { frame, count in
                (offset, position) = (offset + Int64(count), frame.position)
                if frame.kind == .shape {
                    shapes[frame.shape] = frame.names
                }
                return true
            }
        }
        guard offset == place.offset, position == place.position else { throw Self.unknown }
        return shapes
    }

    /// Hands on the frames that lie whole in the next stretch of a segment, each with its length, until `body` has enough.
    private func frames(
        from place: ChangePlace, to end: Int64, _ body: (ChangeFrame, Int) throws -> Bool
    ) throws {
        guard let file = FileHandle(forReadingAtPath: ChangeLog.path(folder, segment: place.segment)) else {
            throw Self.unknown
        }
        defer { try? file.close() }
        var count = Self.bytesAtOnce
        while true {
            try file.seek(toOffset: UInt64(place.offset))
            let data = try file.read(upToCount: Int(min(Int64(count), end - place.offset))) ?? Data()
            var (offset, position) = (0, place.position)
            while let (frame, length) = data.withUnsafeBytes({
                ChangeFrame.read(UnsafeRawBufferPointer(rebasing: $0[offset...]))
            }) {
                guard position < 0 || frame.position == position + 1 else { throw Self.unknown }
                position = frame.position
                offset += length
                guard try body(frame, length) else { return }
            }
            if offset > 0 { return }
            // Not one frame: it is longer than what was read, or there is none.
            guard data.count == count, count <= ChangeFrame.bodyMax * 2 else { throw Self.unknown }
            count *= 4
        }
    }
}

extension RecordChange.Kind {
    /// Nil for a frame that names a shape. What is gone for good is deleted to whoever keeps a copy.
    fileprivate init?(_ kind: Change.Kind) {
        switch kind {
        case .create: self = .create
        case .update: self = .update
        case .delete, .purge: self = .delete
        case .undelete: self = .undelete
        case .shape: return nil
        }
    }
}
