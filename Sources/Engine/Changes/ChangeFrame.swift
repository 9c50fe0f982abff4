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
    static let bodyMax = 64 << 20

    func write(into out: inout [UInt8]) {
        let start = out.count
        let length = 4 + Self.headBytes + body.count
        out.reserveCapacity(start + 4 + length)
        Self.put(UInt32(length), &out)
        Self.put(UInt32(0), &out)
        Self.put(position, &out)
        Self.put(at.milliseconds, &out)
        Self.put(transaction, &out)
        out.append(kind.rawValue)
        out.append(0)
        Self.put(shape, &out)
        Self.put(record.rawValue, &out)
        Self.put(subject?.rawValue ?? 0, &out)
        out.append(contentsOf: body)
        let crc = out.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[(start + 8)...])) }
        withUnsafeBytes(of: crc.littleEndian) { bytes in
            for (place, byte) in bytes.enumerated() { out[start + 4 + place] = byte }
        }
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
        func number(_ offset: Int) -> Int64 { checked.loadUnaligned(fromByteOffset: offset, as: Int64.self).littleEndian }
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

    private static func put(_ number: some FixedWidthInteger, _ out: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
    }
}
