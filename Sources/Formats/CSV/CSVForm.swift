import Records

/// How a cell of CSV is written, into memory that is large enough for it: on the hot path of exports.
struct CSVForm: Sendable {
    typealias Place = UnsafeMutablePointer<UInt8>

    let delimiter: UInt8
    let quoting: CSVWriter.Quoting
    let isSpreadsheetSafe: Bool
    private let delimiters: UInt64

    init(delimiter: CSVDelimiter, quoting: CSVWriter.Quoting, isSpreadsheetSafe: Bool) {
        self.delimiter = delimiter.rawValue
        self.quoting = quoting
        self.isSpreadsheetSafe = isSpreadsheetSafe
        delimiters = Self.low &* UInt64(delimiter.rawValue)
    }

    /// Bytes that a cell takes at most.
    @inline(__always)
    static func room(for cell: Cell) -> Int {
        switch cell.kind {
        case .text, .bytes: 2 * Int(cell.count) + 8
        // Seventeen digits, and behind the smallest's point 323 zeros.
        case .double: 360
        default: 32
        }
    }

    /// Writes a cell.
    /// - Parameter bytes: Its text or blob.
    /// - Returns: Where it ends.
    @inline(__always)
    func write(_ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>, to out: Place) -> Place {
        if cell.kind == .text { return write(text: bytes, to: out) }
        if quoting == .whenNeeded { return write(plain: cell, bytes, to: out) }
        out[0] = 0x22
        let end = write(plain: cell, bytes, to: out + 1)
        end[0] = 0x22
        return end + 1
    }

    @inline(__always)
    private func write(text: UnsafeBufferPointer<UInt8>, to out: Place) -> Place {
        if quoting == .whenNeeded, !beginsUnsafely(text), copy(UnsafeRawBufferPointer(text), to: out) {
            return out + text.count
        }
        return write(quoted: text, to: out)
    }

    private func write(quoted text: UnsafeBufferPointer<UInt8>, to out: Place) -> Place {
        var end = out
        func add(_ byte: UInt8) {
            end[0] = byte
            end += 1
        }
        add(0x22)
        if isSpreadsheetSafe, Self.looksLikeFormula(text) { add(0x27) }
        for byte in text {
            if byte == 0x22 { add(0x22) }
            add(byte)
        }
        add(0x22)
        return end
    }

    /// What holds nothing that needs quotes.
    private func write(plain cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>, to out: Place) -> Place {
        switch cell.kind {
        case .null, .text: return out
        case .boolean:
            let raw = UnsafeMutableRawPointer(out)
            raw.storeBytes(of: (cell.number != 0 ? Self.yes : Self.fals).littleEndian, as: UInt32.self)
            if cell.number != 0 { return out + 4 }
            out[4] = UInt8(ascii: "e")
            return out + 5
        case .integer: return ValueText.write(cell.number, to: out)
        case .double: return ValueText.write(Double(bitPattern: UInt64(bitPattern: cell.number)), to: out)
        case .date:
            Day(daysSince1970: Int(cell.number)).write(to: out)
            return out + 10
        case .datetime:
            Instant(milliseconds: cell.number).write(to: out)
            out[23] = UInt8(ascii: "Z")
            return out + 24
        case .time:
            TimeOfDay(milliseconds: Int(cell.number)).write(to: out)
            out[12] = UInt8(ascii: "Z")
            return out + 13
        case .id:
            RecordID(rawValue: cell.number).write(to: out)
            return out + 18
        case .bytes: return ValueText.writeBase64(bytes, to: out)
        }
    }

    /// `true` and `fals` as they lie in memory.
    private static let yes: UInt32 = 0x6575_7274
    private static let fals: UInt32 = 0x736C_6166

    private func beginsUnsafely(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // U+FEFF at the beginning of a file would be taken for a byte order mark.
        if text.first == 0xEF, text.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
        return isSpreadsheetSafe && Self.looksLikeFormula(text)
    }

    private static func looksLikeFormula(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch text.first {
        case 0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D: true
        default: false
        }
    }

    /// Copies a text, unless a delimiter, a quote or a line break is in it: eight bytes together, and the last eight once
    /// more where a rest is left.
    @inline(__always)
    private func copy(_ text: UnsafeRawBufferPointer, to place: Place) -> Bool {
        let out = UnsafeMutableRawPointer(place)
        let count = text.count
        guard count >= 8 else { return copyShort(text, to: place) }
        var next = 0
        while next + 8 <= count {
            let word = text.loadUnaligned(fromByteOffset: next, as: UInt64.self)
            if holdsSpecial(word) { return false }
            out.storeBytes(of: word, toByteOffset: next, as: UInt64.self)
            next += 8
        }
        if next == count { return true }
        let word = text.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        out.storeBytes(of: word, toByteOffset: count - 8, as: UInt64.self)
        return !holdsSpecial(word)
    }

    /// Of fewer than eight bytes: four and four, which may overlap, or one by one.
    @inline(__always)
    private func copyShort(_ text: UnsafeRawBufferPointer, to place: Place) -> Bool {
        let count = text.count
        if count >= 4 {
            let out = UnsafeMutableRawPointer(place)
            let first = text.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let last = text.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            out.storeBytes(of: first, as: UInt32.self)
            out.storeBytes(of: last, toByteOffset: count - 4, as: UInt32.self)
            return !holdsSpecial(UInt64(first) << 32 | UInt64(last))
        }
        for offset in 0..<count {
            let byte = text[offset]
            if byte == delimiter || byte == 0x22 || byte == 0x0A || byte == 0x0D { return false }
            place[offset] = byte
        }
        return true
    }

    @inline(__always)
    private func holdsSpecial(_ word: UInt64) -> Bool {
        let found =
            Self.zeros(word ^ delimiters) | Self.zeros(word ^ Self.quotes) | Self.zeros(word ^ Self.newlines)
            | Self.zeros(word ^ Self.returns)
        return found != 0
    }

    private static let low: UInt64 = 0x0101_0101_0101_0101
    private static let quotes: UInt64 = 0x2222_2222_2222_2222
    private static let newlines: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
    private static let returns: UInt64 = 0x0D0D_0D0D_0D0D_0D0D

    /// Not zero when one of the eight bytes is.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- low) & ~word & 0x8080_8080_8080_8080 }
}
