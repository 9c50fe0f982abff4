import Records

/// The form of the change log: frames one behind the other, numbers little-endian.
///
/// `length` (4, of all that follows) · `crc` (4, CRC-32C of all that follows) · `position` (8) · `at` (8, milliseconds) ·
/// `transaction` (8) · `kind` (1) · unused (1) · `shape` (2) · `record` (8) · `subject` (8, 0: the organisation's) · the
/// sealed image, or the plain text of a shape: the object's name and its fields' names, a line each.
struct ChangeFrame {
    var position: Int64
    var at: Instant
    var transaction: Int64
    var kind: Change.Kind
    /// The number of the shape in this segment that names object and fields.
    var shape: UInt16
    var record: RecordID
    var subject: RecordID?
    var body: [UInt8]

    /// From `position` to `subject`.
    private static let headBytes = 44
    /// `length` and `crc`.
    private static let startBytes = 8
    /// All that stands before the body.
    static let bytesBeforeBody = startBytes + headBytes
    static let bodyMax = 64 << 20

    /// Of a frame that names a shape: the object, then its fields.
    var names: [String] { String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init) }

    func write(into out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: Self.bytesBeforeBody))
        out.append(contentsOf: body)
        out.withUnsafeMutableBytes {
            let frame = UnsafeMutableRawBufferPointer(rebasing: $0[start...])
            Self.begin(frame, kind, at, record, subject)
            Self.finish(frame, position: position, transaction: transaction, shape: shape)
        }
    }

    /// Writes what stands before the body, without the length, checksum and numbers that ``finish(_:position:transaction:shape:)`` gives.
    static func begin(
        _ frame: UnsafeMutableRawBufferPointer, _ kind: Change.Kind, _ at: Instant, _ record: RecordID,
        _ subject: RecordID?
    ) {
        let head = UnsafeMutableRawBufferPointer(rebasing: frame[startBytes...])
        head.storeBytes(of: at.milliseconds.littleEndian, toByteOffset: 8, as: Int64.self)
        head.storeBytes(of: kind.rawValue, toByteOffset: 24, as: UInt8.self)
        head.storeBytes(of: 0, toByteOffset: 25, as: UInt8.self)
        head.storeBytes(of: record.rawValue.littleEndian, toByteOffset: 28, as: Int64.self)
        head.storeBytes(of: (subject?.rawValue ?? 0).littleEndian, toByteOffset: 36, as: Int64.self)
    }

    /// Numbers a frame that has its body, and closes it with its length and checksum.
    static func finish(_ frame: UnsafeMutableRawBufferPointer, position: Int64, transaction: Int64, shape: UInt16) {
        let head = UnsafeMutableRawBufferPointer(rebasing: frame[startBytes...])
        head.storeBytes(of: position.littleEndian, toByteOffset: 0, as: Int64.self)
        head.storeBytes(of: transaction.littleEndian, toByteOffset: 16, as: Int64.self)
        head.storeBytes(of: shape.littleEndian, toByteOffset: 26, as: UInt16.self)
        frame.storeBytes(of: UInt32(frame.count - 4).littleEndian, as: UInt32.self)
        let crc = CRC32C.checksum(UnsafeRawBufferPointer(head))
        frame.storeBytes(of: crc.littleEndian, toByteOffset: 4, as: UInt32.self)
    }

    /// Reads the frame at the beginning of `bytes`: the frame, and how many bytes it takes. Nil when the bytes are cut
    /// short or altered.
    static func read(_ bytes: UnsafeRawBufferPointer) -> (frame: ChangeFrame, count: Int)? {
        guard bytes.count >= 8 + headBytes else { return nil }
        let length = Int(bytes.loadUnaligned(as: UInt32.self).littleEndian)
        guard length >= 4 + headBytes, length <= bodyMax, bytes.count >= 4 + length else { return nil }
        let crc = bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self).littleEndian
        let checked = UnsafeRawBufferPointer(rebasing: bytes[8..<(4 + length)])
        guard CRC32C.checksum(checked) == crc else { return nil }
        func number(_ offset: Int) -> Int64 {
            checked.loadUnaligned(fromByteOffset: offset, as: Int64.self).littleEndian
        }
        guard let kind = Change.Kind(rawValue: checked[24]) else { return nil }
        let subject = number(36)
        let frame = ChangeFrame(
            position: number(0), at: Instant(milliseconds: number(8)), transaction: number(16), kind: kind,
            shape: checked.loadUnaligned(fromByteOffset: 26, as: UInt16.self).littleEndian,
            record: RecordID(rawValue: number(28)), subject: subject == 0 ? nil : RecordID(rawValue: subject),
            body: Array(checked[headBytes...])
        )
        return (frame, 4 + length)
    }
}
