import Records

/// The values of a change as bytes: what is sealed.
enum ChangeImage {
    /// How long the image of a row is.
    static func bytes(of row: Int, in cells: CellReader) -> Int {
        (0..<cells.columnCount).reduce(0) { $0 + bytes(of: cells.cell(row, $1)) }
    }

    /// The cells of a row, one behind the other, into as many bytes as ``bytes(of:in:)`` says.
    static func write(_ row: Int, of cells: CellReader, to out: UnsafeMutableRawBufferPointer) {
        var place = 0
        for column in 0..<cells.columnCount {
            let cell = cells.cell(row, column)
            write(cell, cells.bytes(of: cell), to: out, &place)
        }
    }

    static func write(_ values: [Value], into out: inout [UInt8]) {
        for value in values {
            var buffer: [UInt8] = []
            let cell = Cell(value, into: &buffer)
            var place = out.count
            out.append(contentsOf: repeatElement(0, count: bytes(of: cell)))
            out.withUnsafeMutableBytes { out in
                buffer.withUnsafeBufferPointer { write(cell, $0, to: out, &place) }
            }
        }
    }

    private static func bytes(of cell: Cell) -> Int {
        switch cell.kind {
        case .null, .boolean: 1
        case .text, .bytes: 5 + Int(cell.count)
        case .integer, .double, .date, .datetime, .time, .id: 9
        }
    }

    private static func write(
        _ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>, to out: UnsafeMutableRawBufferPointer, _ place: inout Int
    ) {
        out[place] = tag(cell)
        place += 1
        switch cell.kind {
        case .null, .boolean: return
        case .text, .bytes:
            out.storeBytes(of: UInt32(bytes.count).littleEndian, toByteOffset: place, as: UInt32.self)
            if let from = bytes.baseAddress, let to = out.baseAddress {
                (to + place + 4).copyMemory(from: from, byteCount: bytes.count)
            }
            place += 4 + bytes.count
        case .integer, .double, .date, .datetime, .time, .id:
            out.storeBytes(of: cell.number.littleEndian, toByteOffset: place, as: Int64.self)
            place += 8
        }
    }

    private static func tag(_ cell: Cell) -> UInt8 {
        switch cell.kind {
        case .null: 0
        case .boolean: cell.number == 0 ? 1 : 2
        case .integer: 3
        case .double: 4
        case .text: 5
        case .date: 6
        case .datetime: 7
        case .time: 8
        case .id: 9
        case .bytes: 10
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

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard rest.count >= count else { return nil }
        var number: UInt64 = 0
        for (place, byte) in rest.prefix(count).enumerated() { number |= UInt64(byte) << (8 * UInt64(place)) }
        rest = rest.dropFirst(count)
        return Int64(bitPattern: number)
    }
}
