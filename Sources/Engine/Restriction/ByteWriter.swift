import Records

/// Values as bytes, with nothing lost: the inside of sealed files.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func count(_ count: Int) { word(UInt64(count)) }

    mutating func text(_ text: String) { block(Array(text.utf8)) }

    mutating func value(_ value: Value) {
        switch value {
        case .integer(let number):
            byte(1)
            word(UInt64(bitPattern: number))
        case .double(let number):
            byte(2)
            word(number.bitPattern)
        case .text(let text):
            byte(3)
            self.text(text)
        case .bytes(let bytes):
            byte(4)
            block(bytes)
        default: byte(0)
        }
    }

    private mutating func block(_ block: [UInt8]) {
        count(block.count)
        bytes += block
    }

    private mutating func word(_ word: UInt64) { withUnsafeBytes(of: word.bigEndian) { bytes += $0 } }
}

/// Reads what ``ByteWriter`` wrote; throws on anything else.
struct ByteReader {
    private let bytes: [UInt8]
    private var cursor = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws -> UInt8 { try take(1)[0] }

    mutating func count() throws -> Int {
        guard let count = Int(exactly: try word()), count <= bytes.count else { throw SealedRows.damaged }
        return count
    }

    mutating func text() throws -> String { String(decoding: try block(), as: UTF8.self) }

    mutating func value() throws -> Value {
        switch try byte() {
        case 0: .null
        case 1: .integer(Int64(bitPattern: try word()))
        case 2: .double(Double(bitPattern: try word()))
        case 3: .text(try text())
        case 4: .bytes(try block())
        default: throw SealedRows.damaged
        }
    }

    private mutating func block() throws -> [UInt8] { try take(try count()) }

    private mutating func word() throws -> UInt64 { try take(8).reduce(0) { $0 << 8 | UInt64($1) } }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        guard cursor + count <= bytes.count else { throw SealedRows.damaged }
        defer { cursor += count }
        return Array(bytes[cursor..<cursor + count])
    }
}
