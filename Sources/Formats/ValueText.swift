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
        grow(&out, atMost: 20) { write(number, to: $0) }
    }

    /// Writes at most twenty bytes; where they end.
    static func write(_ number: Int64, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var rest = number.magnitude
        var start = out
        if number < 0 {
            start[0] = 45
            start += 1
        }
        var end = start
        repeat {
            end[0] = UInt8(48 + rest % 10)
            end += 1
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableBufferPointer(start: start, count: end - start)
        digits.reverse()
        return end
    }

    /// The shortest digits that read back as the same number, always with a fraction and never with an exponent:
    /// `1.0`, `0.000001`, `10000000000.0`. Loaders refuse `1.0E10`. The number must be finite.
    static func append(_ number: Double, to out: inout [UInt8]) {
        // Below 2⁵³ whole numbers are exact, and amounts and counts are mostly whole.
        if isExactlyWhole(number) { return grow(&out, atMost: 24) { write(whole: number, to: $0) } }
        var text = number.description
        text.withUTF8 { bytes in
            guard let mark = bytes.firstIndex(of: UInt8(ascii: "e")) else {
                out.append(contentsOf: bytes)
                return
            }
            appendPlain(bytes[..<mark], exponent: exponent(bytes[(mark + 1)...]), to: &out)
        }
    }

    /// The same into memory with room for 360 bytes, nothing for a number that is not finite; where it ends.
    static func write(_ number: Double, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if isExactlyWhole(number) { return write(whole: number, to: out) }
        guard number.isFinite else { return out }
        var text: [UInt8] = []
        append(number, to: &text)
        return write(text, to: out)
    }

    private static func isExactlyWhole(_ number: Double) -> Bool {
        number.magnitude < 9_007_199_254_740_992 && number.rounded(.towardZero) == number
            && (number != 0 || number.sign == .plus)
    }

    private static func write(
        whole number: Double, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let end = write(Int64(number), to: out)
        end[0] = 46
        end[1] = 48
        return end + 2
    }

    private static func write(
        _ bytes: [UInt8], to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { out.update(from: start, count: bytes.count) }
        }
        return out + bytes.count
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

    /// The same into memory with room for twice the bytes and four.
    static func writeBase64(
        _ bytes: UnsafeBufferPointer<UInt8>, to out: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var text: [UInt8] = []
        appendBase64(bytes, to: &text)
        return write(text, to: out)
    }

    @inline(__always)
    private static func grow(_ out: inout [UInt8], by count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        grow(&out, atMost: count) {
            write($0)
            return $0 + count
        }
    }

    @inline(__always)
    private static func grow(
        _ out: inout [UInt8], atMost count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { room in
            guard let start = room.baseAddress else { return }
            out.append(contentsOf: UnsafeBufferPointer(start: start, count: write(start) - start))
        }
    }
}
