import Crypto
import Records
import Vault

/// Tables of raw rows as a sealed file: frames, each sealed under the person's key and bound to its place, then a last
/// one that tells how many there are.
///
/// ```
/// "AZKVAULT1\n"  (length, 4 bytes, big endian; sealed frame) …
/// ```
enum SealedRows {
    private static let head = Array("AZKVAULT1\n".utf8)
    private static let frameBytesMax = 1 << 20

    static func seal(_ tables: [RawTable], under key: SealingKey, request: RecordID) throws -> [UInt8] {
        var plain = ByteWriter()
        plain.count(tables.count)
        for table in tables {
            plain.text(table.name)
            plain.count(table.columns.count)
            for column in table.columns {
                plain.text(column.name)
                plain.byte(storages.firstIndex(of: column.storage).map { UInt8($0) } ?? 0)
            }
            plain.count(table.rows.count)
            for row in table.rows { for value in row { plain.value(value) } }
        }
        var out = head
        var frames: Int64 = 0
        for start in stride(from: 0, to: plain.bytes.count, by: frameBytesMax) {
            let end = min(start + frameBytesMax, plain.bytes.count)
            try append(Array(plain.bytes[start..<end]), key, place(request, frames), &out)
            frames += 1
        }
        var last = ByteWriter()
        last.count(Int(frames))
        try append(last.bytes, key, place(request, -1), &out)
        return out
    }

    /// - Throws: `VaultError` `altered` when a frame is missing, moved or changed.
    static func open(_ file: [UInt8], under key: SealingKey, request: RecordID) throws -> [RawTable] {
        guard file.starts(with: head) else { throw damaged }
        var frames: [ArraySlice<UInt8>] = []
        var cursor = head.count
        while cursor < file.count {
            guard cursor + 4 <= file.count else { throw damaged }
            let length = file[cursor..<cursor + 4].reduce(0) { $0 << 8 | Int($1) }
            guard cursor + 4 + length <= file.count else { throw damaged }
            frames.append(file[(cursor + 4)..<(cursor + 4 + length)])
            cursor += 4 + length
        }
        guard let last = frames.popLast() else { throw damaged }
        var end = ByteReader(try key.open(last, for: .restriction, place: place(request, -1)))
        guard try end.count() == frames.count else { throw damaged }
        var plain: [UInt8] = []
        for (number, frame) in frames.enumerated() {
            plain += try key.open(frame, for: .restriction, place: place(request, Int64(number)))
        }
        var reader = ByteReader(plain)
        return try (0..<reader.count()).map { _ in try table(&reader) }
    }

    static func hash(_ file: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: file)) }

    private static func table(_ reader: inout ByteReader) throws -> RawTable {
        let name = try reader.text()
        let columns = try (0..<reader.count()).map { _ in
            let name = try reader.text()
            let storage = Int(try reader.byte())
            guard storages.indices.contains(storage) else { throw damaged }
            return RawTable.Column(name: name, storage: storages[storage])
        }
        let rows = try (0..<reader.count()).map { _ in try columns.map { _ in try reader.value() } }
        return RawTable(name: name, columns: columns, rows: rows)
    }

    private static func append(_ frame: [UInt8], _ key: SealingKey, _ place: Int64, _ out: inout [UInt8]) throws {
        let sealed = try key.seal(frame, for: .restriction, place: place)
        for shift in [24, 16, 8, 0] { out.append(UInt8(truncatingIfNeeded: sealed.count >> shift)) }
        out += sealed
    }

    /// Ids of one object differ in their lower bits, frames in the upper: no frame fits in another file.
    private static func place(_ request: RecordID, _ frame: Int64) -> Int64 { request.rawValue ^ (frame + 2) << 40 }

    static let storages: [FieldType.Storage] = [.integer, .double, .text, .bytes]
    static var damaged: PlatformError {
        PlatformError(.unknownException, "The sealed file of the restriction is damaged. Restore it from a backup.")
    }
}
