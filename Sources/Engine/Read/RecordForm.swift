public import Records

/// Writes the rows of a result as the bytes of a protocol, straight from the statement's memory. Runs on the thread that
/// reads.
public protocol RecordEncoder: Sendable {
    /// One row.
    ///
    /// - Parameters:
    ///   - cells: Valid inside this call alone.
    ///   - children: The row's lists of children, each row in bytes, by the places that the shape names.
    func encode(_ cells: any Cells, _ shape: RecordShape, _ children: [[[UInt8]]]) -> [UInt8]
}

/// What a reading makes of the rows it finds. Both conformers are here, so that the code is made for each.
protocol RecordForm: Sendable {
    /// What becomes of one row.
    associatedtype Made: Sendable
    func make(_ cells: any Cells, _ shape: RecordShape, _ children: [[Made]]) -> Made
}

/// Rows as bytes.
struct EncodedRecords: RecordForm {
    let encoder: any RecordEncoder

    func make(_ cells: any Cells, _ shape: RecordShape, _ children: [[[UInt8]]]) -> [UInt8] {
        encoder.encode(cells, shape, children)
    }
}

/// Rows as ``Record``s.
struct WholeRecords: RecordForm {
    func make(_ cells: any Cells, _ shape: RecordShape, _ children: [[Record]]) -> Record {
        Record(
            object: shape.object, id: shape.id.map { RecordID(rawValue: cells.int64($0)) },
            fields: fields(cells, shape.members, children)
        )
    }

    private func fields(
        _ cells: any Cells, _ members: [RecordShape.Member], _ children: [[Record]]
    ) -> [(name: String, value: RecordValue)] {
        members.map { member in
            switch member {
            case .value(let name, let cell, let type):
                return (name, .value(cells.value(cell, as: type), type))
            case .compound(let name, let parts):
                let isEmpty = parts.allSatisfy { cells.isNull($0.cell) }
                let values = parts.map { ($0.name, cells.value($0.cell, as: $0.type)) }
                return (name, isEmpty ? .value(.null, .address) : .compound(values))
            case .parent(let name, let id, let parents):
                return (name, .parent(parent(cells, id, parents)))
            case .children(let name, let place):
                return (name, .children(children[place], totalSize: children[place].count))
            }
        }
    }

    private func parent(_ cells: any Cells, _ cell: Int, _ parents: [KeyPrefix: RecordShape.Parent]) -> Record? {
        guard !cells.isNull(cell) else { return nil }
        let id = RecordID(rawValue: cells.int64(cell))
        guard let parent = parents[id.prefix] else { return nil }
        return Record(object: parent.object, id: id, fields: fields(cells, parent.members, []))
    }
}
