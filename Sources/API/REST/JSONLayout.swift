import Engine
import Formats
import Records
import Synchronization

/// A record's shape with the bytes of its keys.
final class JSONLayout: Sendable {
    enum Member {
        case value(JSONKey, cell: Int, FieldType)
        /// With the name by which it is fetched.
        case blob(JSONKey, cell: Int, String)
        case compound(JSONKey, [Part])
        case parent(JSONKey, id: Int, [KeyPrefix: Parent])
        case children(JSONKey, Int)
    }

    struct Part {
        let key: JSONKey
        let cell: Int
        let type: FieldType
    }

    /// A record, by itself or inside another.
    struct Parent {
        /// `{"type":"Contact"`
        let type: [UInt8]
        /// `/sobjects/Contact/`
        let path: String
        let members: [Member]

        init(object: String, members: [Member]) {
            type = Array("{\"type\":\"\(object)\"".utf8)
            path = "/sobjects/\(object)/"
            self.members = members
        }
    }

    static let attributes = JSONKey("attributes")
    static let url = Array(",\"url\":\"".utf8)

    /// Held, so that its identity is nobody else's.
    let shape: RecordShape
    let record: Parent
    /// What a row mostly has room in.
    let bytesTypical: Int

    init(_ shape: RecordShape) {
        self.shape = shape
        record = Parent(object: shape.object, members: Self.members(shape.members))
        bytesTypical = 256 + 40 * shape.members.count
    }

    private static func members(_ members: [RecordShape.Member]) -> [Member] {
        members.map { member in
            switch member {
            case .value(let name, let cell, .base64): .blob(JSONKey(name), cell: cell, name)
            case .value(let name, let cell, let type): .value(JSONKey(name), cell: cell, type)
            case .compound(let name, let parts):
                .compound(JSONKey(name), parts.map { Part(key: JSONKey($0.name), cell: $0.cell, type: $0.type) })
            case .parent(let name, let id, let parents):
                .parent(
                    JSONKey(name), id: id,
                    parents.mapValues { Parent(object: $0.object, members: self.members($0.members)) }
                )
            case .children(let name, let place): .children(JSONKey(name), place)
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
