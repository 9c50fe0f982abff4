import Records

/// The values of a change as bytes: what is sealed.
enum ChangeImage {
    static func write(_ values: [Value], into out: inout [UInt8]) {
        for value in values {
            switch value {
            case .null: out.append(0)
            case .boolean(let truth): out.append(truth ? 2 : 1)
            case .integer(let number): put(3, number, &out)
            case .double(let number): put(4, Int64(bitPattern: number.bitPattern), &out)
            case .text(let text):
                out.append(5)
                put(text.utf8, &out)
            case .date(let day): put(6, Int64(day.daysSince1970), &out)
            case .datetime(let instant): put(7, instant.milliseconds, &out)
            case .time(let time): put(8, Int64(time.milliseconds), &out)
            case .id(let id): put(9, id.rawValue, &out)
            case .bytes(let bytes):
                out.append(10)
                put(bytes, &out)
            }
        }
    }

    /// Nil when the bytes are no image.
    static func read(_ bytes: [UInt8]) -> [Value]? {
        var values: [Value] = []
        var rest = bytes[...]
        while let tag = rest.popFirst() {
            switch tag {
            case 0: values.append(.null)
            case 1, 2: values.append(.boolean(tag == 2))
            case 5, 10:
                guard let count = take(4, &rest), rest.count >= Int(count) else { return nil }
                let part = rest.prefix(Int(count))
                rest = rest.dropFirst(Int(count))
                values.append(tag == 5 ? .text(String(decoding: part, as: UTF8.self)) : .bytes(Array(part)))
            case 3...9:
                guard let number = take(8, &rest) else { return nil }
                values.append(value(tag, number))
            default: return nil
            }
        }
        return values
    }

    private static func value(_ tag: UInt8, _ number: Int64) -> Value {
        switch tag {
        case 3: .integer(number)
        case 4: .double(Double(bitPattern: UInt64(bitPattern: number)))
        case 6: .date(Day(daysSince1970: Int(number)))
        case 7: .datetime(Instant(milliseconds: number))
        case 8: .time(TimeOfDay(milliseconds: Int(number)))
        default: .id(RecordID(rawValue: number))
        }
    }

    private static func put(_ tag: UInt8, _ number: Int64, _ out: inout [UInt8]) {
        out.append(tag)
        withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
    }

    private static func put(_ bytes: some Collection<UInt8>, _ out: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { out.append(contentsOf: $0) }
        out.append(contentsOf: bytes)
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= count else { return nil }
        var number: UInt64 = 0
        for (place, byte) in rest.prefix(count).enumerated() { number |= UInt64(byte) << (8 * UInt64(place)) }
        rest = rest.dropFirst(count)
        return Int64(bitPattern: number)
    }
}
