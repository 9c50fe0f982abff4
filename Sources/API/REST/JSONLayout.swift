import Engine
import Formats
import Records
import Synchronization

/// A record's shape as JSON: which bytes stand before which cell.
///
/// All texts lie in one array and members are plain numbers, so that writing a row touches no reference count: counts that
/// two threads change in turn cost more than all the rest.
final class JSONLayout: Sendable {
    struct Member {
        enum Kind { case value, blob, compound, parent, children }

        let kind: Kind
        let type: FieldType
        /// The cell of a value, or of a parent's id; the place among the lists of children.
        let cell: Int
        /// `,"Name":`, in ``JSONLayout/texts``.
        let key: Range<Int>
        /// The parts of a compound, in ``JSONLayout/parts``; the parent's place in ``JSONLayout/parents``.
        let inner: Range<Int>
    }

    /// A record, by itself or inside another.
    struct Record {
        /// `{"attributes":{"type":"Contact"`, in ``JSONLayout/texts``.
        let head: Range<Int>
        /// `/sobjects/Contact/`, in ``JSONLayout/texts``.
        let path: Range<Int>
        /// In ``JSONLayout/members``.
        let members: Range<Int>
    }

    /// Held, so that its identity is nobody else's.
    let shape: RecordShape
    let texts: [UInt8]
    let members: [Member]
    let parts: [Member]
    let parents: [[KeyPrefix: Record]]
    let record: Record
    /// What a row mostly has room in.
    let bytesTypical: Int

    init(_ shape: RecordShape) {
        var making = Making()
        self.shape = shape
        record = making.record(shape.object, shape.members)
        (texts, members, parts, parents) = (making.texts, making.members, making.parts, making.parents)
        bytesTypical = 256 + 40 * making.members.count
    }

    private struct Making {
        var texts: [UInt8] = []
        var members: [Member] = []
        var parts: [Member] = []
        var parents: [[KeyPrefix: Record]] = []

        mutating func text(_ text: String) -> Range<Int> {
            let start = texts.count
            texts.append(contentsOf: text.utf8)
            return start..<texts.count
        }

        mutating func record(_ object: String, _ shape: [RecordShape.Member]) -> Record {
            // Parents append theirs meanwhile: a record's own members are added in one piece.
            let own = shape.map { member($0) }
            members += own
            return Record(
                head: text("{\"attributes\":{\"type\":\"\(object)\""), path: text("/sobjects/\(object)/"),
                members: members.count - own.count..<members.count
            )
        }

        /// Names of the schema and of aliases hold nothing that needs an escape.
        private mutating func member(_ member: RecordShape.Member) -> Member {
            switch member {
            case .value(let name, let cell, let type):
                return Member(
                    kind: type == .base64 ? .blob : .value, type: type, cell: cell, key: text(",\"\(name)\":"),
                    inner: 0..<0
                )
            case .compound(let name, let shape):
                let start = parts.count
                for (place, part) in shape.enumerated() {
                    let key = text((place == 0 ? "{" : ",") + "\"\(part.name)\":")
                    parts.append(Member(kind: .value, type: part.type, cell: part.cell, key: key, inner: 0..<0))
                }
                return Member(
                    kind: .compound, type: .address, cell: 0, key: text(",\"\(name)\":"), inner: start..<parts.count
                )
            case .parent(let name, let id, let shapes):
                let records = shapes.mapValues { record($0.object, $0.members) }
                parents.append(records)
                return Member(
                    kind: .parent, type: .reference, cell: id, key: text(",\"\(name)\":"),
                    inner: parents.count - 1..<parents.count
                )
            case .children(let name, let place):
                return Member(kind: .children, type: .anyType, cell: place, key: text(",\"\(name)\":"), inner: 0..<0)
            }
        }
    }
}

/// The layouts of the shapes seen lately.
final class JSONLayouts: Sendable {
    private static let kept = 1000
    private let layouts = Mutex<[ObjectIdentifier: JSONLayout]>([:])

    func layout(of shape: RecordShape) -> JSONLayout {
        let key = ObjectIdentifier(shape)
        if let known = layouts.withLock({ $0[key] }) { return known }
        let layout = JSONLayout(shape)
        layouts.withLock { layouts in
            if layouts.count >= Self.kept { layouts.removeAll() }
            layouts[key] = layout
        }
        return layout
    }
}
