import Records
import Vault

/// Creations of one object with one list of fields, sealed and framed but for their numbers: what a chunk of a bulk load
/// adds to the change log.
struct FramedChanges: Sendable {
    let object: ObjectSchema
    let fields: [Field]
    let at: Instant
    private(set) var bytes: [UInt8] = []
    /// Where each frame begins, and the end of the last.
    private var starts = [0]
    private var records: [RecordID] = []

    var count: Int { records.count }

    /// Seals the good rows of a set.
    init(_ set: WriteSet, keys: KeyRing, at: Instant) throws {
        object = set.object
        fields = set.fields
        self.at = at
        let good = set.goodRows
        records = good.map { set.rows[$0].id }
        starts.reserveCapacity(good.count + 1)
        var sealer = try Sealer(drawing: 1024)
        try set.cells.withReader { cells in
            let sizes = good.map { ChangeImage.bytes(of: $0, in: cells) }
            for size in sizes {
                starts.append(starts[starts.count - 1] + ChangeFrame.bytesBeforeBody + size + SealingKey.overheadBytes)
            }
            var image = [UInt8](repeating: 0, count: sizes.max() ?? 0)
            bytes = try [UInt8](unsafeUninitializedCapacity: starts[good.count]) { out, made in
                made = starts[good.count]
                for (place, row) in good.enumerated() {
                    let frame = UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(out)[starts[place]..<starts[place + 1]])
                    let record = set.rows[row].id
                    let subject = try image.withUnsafeMutableBytes { image in
                        ChangeImage.write(row, of: cells, to: image)
                        return try keys.seal(
                            UnsafeRawBufferPointer(rebasing: image[..<sizes[place]]), of: set.rows[row].subject,
                            record: record, by: &sealer,
                            into: UnsafeMutableRawBufferPointer(rebasing: frame[ChangeFrame.bytesBeforeBody...]))
                    }
                    ChangeFrame.begin(frame, .create, at, record, subject)
                }
            }
        }
    }

    /// Only the frames of some records: the others were refused after all.
    func only(_ kept: Set<RecordID>) -> FramedChanges {
        var rest = self
        (rest.bytes, rest.starts, rest.records) = ([], [0], [])
        for (place, record) in records.enumerated() where kept.contains(record) {
            rest.bytes += bytes[starts[place]..<starts[place + 1]]
            rest.starts.append(rest.bytes.count)
            rest.records.append(record)
        }
        return rest
    }

    /// Gives every frame its number, from the one behind `position` on.
    mutating func number(after position: Int64, transaction: Int64, shape: UInt16) {
        bytes.withUnsafeMutableBytes { bytes in
            for place in records.indices {
                ChangeFrame.finish(
                    UnsafeMutableRawBufferPointer(rebasing: bytes[starts[place]..<starts[place + 1]]),
                    position: position + Int64(place) + 1, transaction: transaction, shape: shape)
            }
        }
    }
}
