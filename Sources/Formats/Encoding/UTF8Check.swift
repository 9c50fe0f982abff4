/// Whether bytes are UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Check {
    /// The first byte that does not belong; nil when all do. Bytes that break off inside a sequence do not belong.
    static func firstInvalid(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = 0
        let count = bytes.count
        while place < count {
            let lead = bytes[place]
            if lead < 0x80 {
                place += 1
                continue
            }
            guard let (length, low, high) = sequence(lead), place + length <= count,
                bytes[place + 1] >= low, bytes[place + 1] <= high
            else { return place }
            for next in place + 2..<max(place + 2, place + length) where bytes[next] & 0xC0 != 0x80 { return place }
            place += length
        }
        return nil
    }

    /// How long a sequence with that first byte is, and between what its second byte lies (Unicode, table 3-7).
    @inline(__always)
    static func sequence(_ lead: UInt8) -> (length: Int, low: UInt8, high: UInt8)? {
        switch lead {
        case 0xC2...0xDF: (2, 0x80, 0xBF)
        case 0xE0: (3, 0xA0, 0xBF)
        case 0xED: (3, 0x80, 0x9F)
        case 0xE1...0xEF: (3, 0x80, 0xBF)
        case 0xF0: (4, 0x90, 0xBF)
        case 0xF1...0xF3: (4, 0x80, 0xBF)
        case 0xF4: (4, 0x80, 0x8F)
        default: nil
        }
    }

    /// Code points in valid UTF-8.
    static func characters(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
