/// The CRC-32C of RFC 3720 (Castagnoli), eight bytes at a time.
enum CRC32C {
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var crc = ~UInt32(0)
            var place = 0
            while place + 8 <= bytes.count {
                let low = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self).littleEndian ^ crc
                let high = bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self).littleEndian
                crc =
                    tables[1792 + Int(low & 255)] ^ tables[1536 + Int(low >> 8 & 255)]
                    ^ tables[1280 + Int(low >> 16 & 255)] ^ tables[1024 + Int(low >> 24)]
                crc ^=
                    tables[768 + Int(high & 255)] ^ tables[512 + Int(high >> 8 & 255)]
                    ^ tables[256 + Int(high >> 16 & 255)] ^ tables[Int(high >> 24)]
                place += 8
            }
            while place < bytes.count {
                crc = tables[Int((crc ^ UInt32(bytes[place])) & 255)] ^ crc >> 8
                place += 1
            }
            return ~crc
        }
    }

    /// Eight tables of 256, one after the other: the effect of a byte that lies 0…7 bytes before the end.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 2048)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for place in 256..<2048 {
            let before = tables[place - 256]
            tables[place] = tables[Int(before & 255)] ^ before >> 8
        }
        return tables
    }()
}
