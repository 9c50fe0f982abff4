/// The 62 digits of the platform's ids, in the order `0-9A-Za-z`.
enum Base62 {
    static func character(_ digit: Int) -> UInt8 {
        switch digit {
        case 0..<10: UInt8(48 + digit)
        case 10..<36: UInt8(55 + digit)
        default: UInt8(61 + digit)
        }
    }

    static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 48...57: Int(byte) - 48
        case 65...90: Int(byte) - 55
        case 97...122: Int(byte) - 61
        default: nil
        }
    }
}

extension RecordID: CustomStringConvertible {
    /// The 18-character form, which survives a change of case.
    public var description: String {
        String(unsafeUninitializedCapacity: 18) { buffer in
            // A capacity above zero always has a base address.
            if let start = buffer.baseAddress { write(to: start) }
            return 18
        }
    }

    /// The 15-character, case-sensitive form.
    public var text15: String { String(description.prefix(15)) }

    /// Writes the 18 bytes of ``description`` at `out`, for encoders on the hot path.
    public func write(to out: UnsafeMutablePointer<UInt8>) {
        var head = Int(prefix.rawValue)
        for place in stride(from: 2, through: 0, by: -1) {
            out[place] = Base62.character(head % 62)
            head /= 62
        }
        var tail = sequence
        for place in stride(from: 14, through: 3, by: -1) {
            out[place] = Base62.character(Int(tail % 62))
            tail /= 62
        }
        for group in 0..<3 {
            out[15 + group] = Self.checksumCharacter(UnsafePointer(out) + group * 5)
        }
    }

    /// Reads the 15- or the 18-character form; nil when it is neither.
    ///
    /// An 18-character id in the wrong case, as a spreadsheet leaves it, is repaired from its last three characters;
    /// one whose last three cannot belong to it is refused. A well-formed id with a number beyond 45 bits, as other
    /// organisations have, becomes ``sequenceMax``, which no record has.
    public init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        guard bytes.count == 15 || bytes.count == 18 else { return nil }
        guard bytes.allSatisfy({ Base62.digit($0) != nil }) else { return nil }
        if bytes.count == 18, !Self.restoreCase(&bytes) { return nil }
        var head: UInt32 = 0
        for byte in bytes[0..<3] { head = head * 62 + UInt32(Base62.digit(byte) ?? 0) }
        var tail: Int64 = 0
        for byte in bytes[3..<15] {
            let (product, overflow) = tail.multipliedReportingOverflow(by: 62)
            let (sum, carry) = product.addingReportingOverflow(Int64(Base62.digit(byte) ?? 0))
            tail = overflow || carry || sum > Self.sequenceMax ? Self.sequenceMax : sum
            if tail == Self.sequenceMax { break }
        }
        self.init(prefix: KeyPrefix(rawValue: head), sequence: tail)
    }

    /// The three characters that the platform appends to a 15-character id; nil unless it has 15 base-62 characters.
    public static func suffix(of text15: String) -> String? {
        let bytes = Array(text15.utf8)
        guard bytes.count == 15, bytes.allSatisfy({ Base62.digit($0) != nil }) else { return nil }
        return bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { start in
                String(decoding: (0..<3).map { checksumCharacter(start + $0 * 5) }, as: UTF8.self)
            }
        }
    }

    /// Bit *i* is set where the *i*-th of the five is a capital; the number picks one of `A-Z0-5`.
    private static func checksumCharacter(_ five: UnsafePointer<UInt8>) -> UInt8 {
        var bits = 0
        for place in 0..<5 where five[place] >= 65 && five[place] <= 90 { bits |= 1 << place }
        return bits < 26 ? UInt8(65 + bits) : UInt8(48 + bits - 26)
    }

    /// Gives the first 15 the case that the last three tell. False when those three are no checksum of these letters.
    private static func restoreCase(_ bytes: inout [UInt8]) -> Bool {
        for group in 0..<3 {
            let check = bytes[15 + group]
            let bits: Int
            switch check {
            case 65...90: bits = Int(check) - 65
            case 97...122: bits = Int(check) - 97
            case 48...53: bits = Int(check) - 48 + 26
            default: return false
            }
            for place in 0..<5 {
                let byte = bytes[group * 5 + place]
                let isLetter = byte >= 65
                let isCapital = bits >> place & 1 == 1
                if isCapital && !isLetter { return false }
                if isLetter { bytes[group * 5 + place] = isCapital ? byte & 0xDF : byte | 0x20 }
            }
        }
        return true
    }
}
