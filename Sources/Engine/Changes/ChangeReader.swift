import Foundation
public import Records
import Store
import Vault

/// Reads the change log's segments from the first to the mark.
struct ChangeReader {
    let folder: String
    let mark: ChangeLog.Mark

    /// The first broken place.
    struct Damage: Error {
        let segment: Int64
        let offset: Int
    }

    /// A frame with what its shape says of it.
    struct Entry {
        let frame: ChangeFrame
        let object: String
        let fields: [String]

        /// What was written, by field.
        func values(_ key: SealingKey) throws -> [String: Value]? {
            let image = try key.open(frame.body, for: .changeLog, place: frame.record.rawValue)
            guard let values = ChangeImage.read(image), values.count == fields.count else { return nil }
            return Dictionary(zip(fields, values)) { first, _ in first }
        }
    }

    /// Hands on every change in order; frames of shapes are used and not handed on.
    /// - Throws: ``Damage``; nothing behind it is handed on.
    func each(_ body: (Entry) throws -> Void) throws {
        var position: Int64 = 0
        guard mark.length > 0 || mark.segment > 1 else { return }
        for segment in 1...mark.segment {
            guard let data = FileManager.default.contents(atPath: ChangeLog.path(folder, segment: segment)) else {
                throw Damage(segment: segment, offset: 0)
            }
            let end = segment == mark.segment ? Int(mark.length) : data.count
            guard data.count >= end else { throw Damage(segment: segment, offset: data.count) }
            var shapes: [UInt16: [String]] = [:]
            var offset = 0
            while offset < end {
                let read = data.withUnsafeBytes {
                    ChangeFrame.read(UnsafeRawBufferPointer(rebasing: $0[offset..<end]))
                }
                guard let (frame, count) = read, frame.position == position + 1 else {
                    throw Damage(segment: segment, offset: offset)
                }
                position += 1
                offset += count
                if frame.kind == .shape {
                    shapes[frame.shape] = frame.names
                } else {
                    guard let shape = shapes[frame.shape], let object = shape.first else {
                        throw Damage(segment: segment, offset: offset - count)
                    }
                    try body(Entry(frame: frame, object: object, fields: Array(shape.dropFirst())))
                }
            }
        }
    }
}

/// What a check of the change log found.
public struct ChangeLogReport: Sendable {
    /// How many segments there are.
    public let segments: Int
    /// How many changes they hold, up to the first damage.
    public let changes: Int
    /// Where the log is damaged; nil when it is whole.
    public let damage: String?
}

extension Engine {
    /// Reads the whole change log and checks every frame. Nothing is opened: it needs no keys.
    public func checkChanges() async throws -> ChangeLogReport {
        let reader = try await changeReader()
        return try await store.read { _ in
            var changes = 0
            do {
                try reader.each { _ in changes += 1 }
            } catch let damage as ChangeReader.Damage {
                return ChangeLogReport(
                    segments: Int(reader.mark.segment), changes: changes,
                    damage: "Segment \(damage.segment) is damaged at byte \(damage.offset)."
                )
            }
            return ChangeLogReport(segments: Int(reader.mark.segment), changes: changes, damage: nil)
        }
    }

    func changeReader() async throws -> ChangeReader {
        let folder = self.folder.changes
        return try await store.read { ChangeReader(folder: folder, mark: try ChangeLog.mark($0)) }
    }
}
