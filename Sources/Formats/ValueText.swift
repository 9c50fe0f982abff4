import Records

/// Values as text, appended to bytes. Everything here is on the hot path of exports: no strings in between, but for
/// doubles with a fraction.
enum ValueText {
    static func append(_ id: RecordID, to out: inout [UInt8]) {
        grow(&out, by: 18) { id.write(to: $0) }
    }

    static func append(_ day: Day, to out: inout [UInt8]) {
        grow(&out, by: 10) { day.write(to: $0) }
    }

    /// `2026-11-23T09:30:00.000` and no zone.
    static func append(_ instant: Instant, to out: inout [UInt8]) {
        grow(&out, by: 23) { instant.write(to: $0) }
    }

    /// `09:30:00.000Z`.
    static func append(_ time: TimeOfDay, to out: inout [UInt8]) {
        grow(&out, by: 13) {
            time.write(to: $0)
            $0[12] = 90
        }
    }

    static func append(_ number: Int64, to out: inout [UInt8]) {
        var rest = number.magnitude
        if rest < 10, number >= 0 {
            out.append(UInt8(48 + rest))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var place = 20
            repeat {
                place -= 1
                digits[place] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 {
                place -= 1
                digits[place] = 45
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[place...]))
        }
    }

    /// The shortest digits that read back as the same number, always with a fraction and never with an exponent:
    /// `1.0`, `0.000001`, `10000000000.0`. Loaders refuse `1.0E10`. The number must be finite.
    static func append(_ number: Double, to out: inout [UInt8]) {
        // Below 2⁵³ whole numbers are exact, and amounts and counts are mostly whole.
        if number.magnitude < 9_007_199_254_740_992, number.rounded(.towardZero) == number,
            number != 0 || number.sign == .plus
        {
            append(Int64(number), to: &out)
            out.append(46)
            out.append(48)
            return
        }
        var text = number.description
        text.withUTF8 { bytes in
            guard let mark = bytes.firstIndex(of: UInt8(ascii: "e")) else {
                out.append(contentsOf: bytes)
                return
            }
            appendPlain(bytes[..<mark], exponent: exponent(bytes[(mark + 1)...]), to: &out)
        }
    }

    private static func exponent(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var number = 0
        for byte in bytes where byte >= 48 && byte <= 57 { number = number * 10 + Int(byte - 48) }
        return bytes.first == 45 ? -number : number
    }

    /// `1.25` with exponent 3 is `1250.0`.
    private static func appendPlain(
        _ mantissa: Slice<UnsafeBufferPointer<UInt8>>, exponent: Int, to out: inout [UInt8]
    ) {
        if mantissa.first == 45 { out.append(45) }
        let digits = mantissa.filter { $0 >= 48 && $0 <= 57 }
        let whole = mantissa.drop { $0 == 45 }.prefix { $0 != 46 }.count
        let point = whole + exponent
        if point <= 0 {
            out.append(48)
            out.append(46)
            out.append(contentsOf: repeatElement(48, count: -point))
            out.append(contentsOf: digits)
        } else {
            out.append(contentsOf: digits.prefix(point))
            out.append(contentsOf: repeatElement(48, count: max(0, point - digits.count)))
            out.append(46)
            let fraction = digits.dropFirst(point)
            out.append(contentsOf: fraction)
            if fraction.isEmpty { out.append(48) }
        }
    }

    /// Standard Base64 with padding (RFC 4648, section 4).
    static func appendBase64(_ bytes: UnsafeBufferPointer<UInt8>, to out: inout [UInt8]) {
        func letter(_ six: UInt32) -> UInt8 {
            switch six & 63 {
            case 0..<26: UInt8(65 + six & 63)
            case 26..<52: UInt8(71 + six & 63)
            case 52..<62: UInt8((six & 63) &- 4)
            case 62: 43
            default: 47
            }
        }
        out.reserveCapacity(out.count + (bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group = UInt32(bytes[start]) << 16
            if count > 1 { group |= UInt32(bytes[start + 1]) << 8 }
            if count > 2 { group |= UInt32(bytes[start + 2]) }
            out.append(letter((group >> 18) & 63))
            out.append(letter((group >> 12) & 63))
            out.append(count > 1 ? letter((group >> 6) & 63) : 61)
            out.append(count > 2 ? letter(group & 63) : 61)
        }
    }

    @inline(__always)
    private static func grow(_ out: inout [UInt8], by count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { room in
            guard let start = room.baseAddress else { return }
            write(start)
            out.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
        }
    }
}
