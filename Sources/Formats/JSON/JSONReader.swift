extension JSONValue {
    /// How deeply arrays and objects may lie in each other.
    public static let depthMax = 64

    /// Reads a whole JSON text (RFC 8259) in UTF-8; a byte order mark before it is passed over.
    ///
    /// A name that stands twice in an object is an error, for what is written to a record must not depend on which of
    /// the two a reader prefers. So is half of a surrogate pair, which no UTF-8 text can hold.
    /// - Parameter bytesMax: the caller's limit for the whole text.
    /// - Throws: ``FormatError`` with line and column.
    public init(_ bytes: [UInt8], bytesMax: Int) throws(FormatError) {
        guard bytes.count <= bytesMax else {
            throw FormatError(.tooLarge, "the JSON text has \(bytes.count) bytes; at most \(bytesMax) are taken")
        }
        var reader = JSONReader(bytes: bytes)
        self = try reader.text()
    }
}

/// Reads a JSON text from the first byte to the last.
struct JSONReader {
    private let bytes: [UInt8]
    private var place: Int

    init(bytes: [UInt8]) {
        self.bytes = bytes
        place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func text() throws(FormatError) -> JSONValue {
        if let bad = bytes.withUnsafeBufferPointer({ UTF8Check.firstInvalid(in: $0) }) {
            throw error("not UTF-8", .badEncoding, at: bad)
        }
        let value = try value(depth: 0)
        passSpace()
        guard place == bytes.count else { throw error("something follows the JSON value") }
        return value
    }

    private mutating func value(depth: Int) throws(FormatError) -> JSONValue {
        passSpace()
        guard place < bytes.count else { throw error("the text ends where a value should be") }
        switch bytes[place] {
        case 0x7B: return try object(depth: depth)
        case 0x5B: return try array(depth: depth)
        case 0x22: return .string(try string())
        case 0x2D, 0x30...0x39: return try number()
        case 0x74: return try literal("true", .boolean(true))
        case 0x66: return try literal("false", .boolean(false))
        case 0x6E: return try literal("null", .null)
        default: throw error("a value cannot begin with this character")
        }
    }

    private mutating func object(depth: Int) throws(FormatError) -> JSONValue {
        try open(depth)
        var members: [JSONMember] = []
        var names: Set<String> = []
        passSpace()
        if skip(0x7D) { return .object([]) }
        repeat {
            passSpace()
            guard place < bytes.count, bytes[place] == 0x22 else { throw error("a member's name in quotes is missing") }
            let start = place
            let name = try string()
            guard names.insert(name).inserted else {
                throw error("the name \"\(name)\" stands twice in one object", .duplicateName, at: start)
            }
            passSpace()
            guard skip(0x3A) else { throw error("a colon is missing after the member's name") }
            members.append(JSONMember(name, try value(depth: depth + 1)))
            passSpace()
        } while skip(0x2C)
        guard skip(0x7D) else { throw error("a comma or a closing brace is missing") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(FormatError) -> JSONValue {
        try open(depth)
        var elements: [JSONValue] = []
        passSpace()
        if skip(0x5D) { return .array([]) }
        repeat {
            elements.append(try value(depth: depth + 1))
            passSpace()
        } while skip(0x2C)
        guard skip(0x5D) else { throw error("a comma or a closing bracket is missing") }
        return .array(elements)
    }

    private mutating func open(_ depth: Int) throws(FormatError) {
        guard depth < JSONValue.depthMax else {
            throw error("arrays and objects lie deeper than \(JSONValue.depthMax) in each other", .tooLarge)
        }
        place += 1
    }

    private mutating func string() throws(FormatError) -> String {
        place += 1
        var start = place
        var text: [UInt8] = []
        while place < bytes.count {
            switch bytes[place] {
            case 0x22:
                let end = place
                place += 1
                if text.isEmpty { return String(decoding: bytes[start..<end], as: UTF8.self) }
                text.append(contentsOf: bytes[start..<end])
                return String(decoding: text, as: UTF8.self)
            case 0x5C:
                text.append(contentsOf: bytes[start..<place])
                text.append(contentsOf: String(try escape()).utf8)
                start = place
            case 0..<0x20: throw error("a control character in a string must be escaped")
            default: place += 1
            }
        }
        throw error("the text ends inside a string")
    }

    private mutating func escape() throws(FormatError) -> Unicode.Scalar {
        let start = place
        place += 2
        guard place <= bytes.count else { throw error("the text ends inside an escape") }
        switch bytes[place - 1] {
        case 0x22: return "\""
        case 0x5C: return "\\"
        case 0x2F: return "/"
        case 0x62: return "\u{8}"
        case 0x66: return "\u{C}"
        case 0x6E: return "\n"
        case 0x72: return "\r"
        case 0x74: return "\t"
        case 0x75: break
        default: throw error("there is no such escape", at: start)
        }
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, place + 1 < bytes.count, bytes[place] == 0x5C, bytes[place + 1] == 0x75 else {
            throw error("half of a surrogate pair", at: start)
        }
        place += 2
        let low = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw error("half of a surrogate pair", at: start) }
        return scalar
    }

    private mutating func hexadecimal() throws(FormatError) -> UInt32 {
        guard place + 4 <= bytes.count else { throw error("the text ends inside an escape") }
        var number: UInt32 = 0
        for byte in bytes[place..<place + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("\\u needs four hexadecimal digits")
            }
            number = number << 4 | UInt32(digit)
        }
        place += 4
        return number
    }

    private mutating func number() throws(FormatError) -> JSONValue {
        let start = place
        _ = skip(0x2D)
        if !skip(0x30) { try digits() }
        var isWhole = true
        if skip(0x2E) {
            isWhole = false
            try digits()
        }
        if skip(0x65) || skip(0x45) {
            isWhole = false
            if !skip(0x2B) { _ = skip(0x2D) }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if isWhole, text != "-0", let number = Int64(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else {
            throw error("the number is outside the range of a double", .tooLarge, at: start)
        }
        return .double(number)
    }

    private mutating func digits() throws(FormatError) {
        let start = place
        while place < bytes.count, bytes[place] >= 0x30, bytes[place] <= 0x39 { place += 1 }
        guard place > start else { throw error("a digit is missing") }
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(FormatError) -> JSONValue {
        guard bytes[place...].starts(with: word.utf8) else { throw error("a value cannot begin so") }
        place += word.utf8.count
        return value
    }

    private mutating func passSpace() {
        while place < bytes.count {
            switch bytes[place] {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            default: return
            }
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    /// Counts line and column only now, when somebody will read them.
    private func error(_ message: String, _ code: FormatError.Code = .malformed, at given: Int? = nil) -> FormatError {
        let offset = min(given ?? place, bytes.count)
        let before = bytes[..<offset]
        let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = before[lineStart...].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return FormatError(code, message, line: line, column: column, offset: offset)
    }
}
