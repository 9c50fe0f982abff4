public import Records

/// Writes JSON (RFC 8259) into bytes as a stream: no tree and no dictionaries, so members keep the order of the calls.
///
/// Commas and, when asked for, line breaks are the writer's task; that beginnings and ends pair up is the caller's.
/// ```swift
/// var json = JSONWriter()
/// json.beginObject()
/// json.key("LastName")
/// json.string("佐藤")
/// json.endObject()
/// ```
public struct JSONWriter: Sendable {
    /// What has been written; empty it as often as you like.
    public var bytes: [UInt8] = []

    private let isIndented: Bool
    private var depth = 0
    private var needsComma = false
    private var followsKey = false

    /// - Parameter isIndented: two spaces a level, for people.
    public init(isIndented: Bool = false) { self.isIndented = isIndented }

    /// Lets the writer append to bytes of somebody else's, without a copy.
    public mutating func append(to out: inout [UInt8], _ body: (inout JSONWriter) -> Void) {
        swap(&bytes, &out)
        body(&self)
        swap(&bytes, &out)
    }

    public mutating func beginObject() { open(0x7B) }
    public mutating func endObject() { close(0x7D) }
    public mutating func beginArray() { open(0x5B) }
    public mutating func endArray() { close(0x5D) }

    /// An object with what `body` writes into it.
    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginObject()
        try body(&self)
        endObject()
    }

    /// An array with what `body` writes into it.
    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginArray()
        try body(&self)
        endArray()
    }

    /// The name of the member whose value is written next.
    public mutating func key(_ name: String) {
        separate()
        var name = name
        name.withUTF8 { quoted($0) }
        endKey()
    }

    /// The name of the member whose value is written next, from a key made once for many rows.
    public mutating func key(_ key: JSONKey) {
        separate()
        bytes.append(contentsOf: key.quoted)
        endKey()
    }

    public mutating func null() { literal("null") }
    public mutating func boolean(_ truth: Bool) { literal(truth ? "true" : "false") }

    public mutating func integer(_ number: Int64) {
        separate()
        ValueText.append(number, to: &bytes)
        needsComma = true
    }

    public mutating func integer(_ number: Int) { integer(Int64(number)) }

    /// In the platform's form: always with a fraction (`1.0`), never with an exponent. NaN and the infinities, which
    /// JSON does not have, are written as null.
    public mutating func double(_ number: Double) {
        guard number.isFinite else { return null() }
        separate()
        ValueText.append(number, to: &bytes)
        needsComma = true
    }

    public mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string($0) }
    }

    /// A string from its UTF-8 bytes.
    public mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        separate()
        quoted(text)
        needsComma = true
    }

    /// A member in one call.
    public mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    /// A value as the REST interface writes it; see ``cell(_:_:_:)``.
    public mutating func value(_ value: Value) {
        switch value {
        case .null: null()
        case .boolean(let truth): boolean(truth)
        case .integer(let number): integer(number)
        case .double(let number): double(number)
        case .text(let text): string(text)
        case .date(let day): plain { ValueText.append(day, to: &$0) }
        case .datetime(let instant): datetime(instant)
        case .time(let time): plain { ValueText.append(time, to: &$0) }
        case .id(let id): plain { ValueText.append(id, to: &$0) }
        case .bytes(let blob):
            blob.withUnsafeBufferPointer { bytes in plain { ValueText.appendBase64(bytes, to: &$0) } }
        }
    }

    /// A cell of a result, from the bytes where they lie; see ``JSONText/append(_:_:_:to:)``.
    public mutating func cell(_ cells: any Cells, _ column: Int, _ type: FieldType) {
        raw { JSONText.append(cells, column, type, to: &$0) }
    }

    /// JSON that was written elsewhere, without blanks, and is known to be one whole value.
    public mutating func raw(_ json: [UInt8]) {
        if isIndented { return indented(json) }
        raw { $0.append(contentsOf: json) }
    }

    /// A whole value that `write` appends.
    public mutating func raw(_ write: (inout [UInt8]) -> Void) {
        separate()
        write(&bytes)
        needsComma = true
    }

    /// The same value in this writer's form.
    private mutating func indented(_ json: [UInt8]) {
        var place = 0
        while place < json.count {
            let byte = json[place]
            place += 1
            switch byte {
            case 0x7B, 0x5B: open(byte)
            case 0x7D, 0x5D: close(byte)
            case 0x2C: break
            case 0x3A: endKey()
            default:
                let start = place - 1
                if byte == 0x22 {
                    while json[place] != 0x22 { place += json[place] == 0x5C ? 2 : 1 }
                    place += 1
                } else {
                    while place < json.count, !Self.marks.contains(json[place]) { place += 1 }
                }
                raw { $0.append(contentsOf: json[start..<place]) }
            }
        }
    }

    /// What ends a number or a literal: a comma, a closing brace or bracket.
    private static let marks: [UInt8] = [0x2C, 0x7D, 0x5D]

    private mutating func datetime(_ instant: Instant) {
        plain {
            ValueText.append(instant, to: &$0)
            $0.append(contentsOf: "+0000".utf8)
        }
    }

    /// A string whose form holds nothing that needs an escape.
    @inline(__always)
    private mutating func plain(_ write: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(0x22)
        write(&bytes)
        bytes.append(0x22)
        needsComma = true
    }

    private mutating func literal(_ text: StaticString) {
        separate()
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if isIndented, needsComma { breakLine() }
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func endKey() {
        bytes.append(0x3A)
        if isIndented { bytes.append(0x20) }
        followsKey = true
    }

    @inline(__always)
    private mutating func separate() {
        if followsKey {
            followsKey = false
            return
        }
        if needsComma { bytes.append(0x2C) }
        if isIndented, depth > 0 { breakLine() }
    }

    private mutating func breakLine() {
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
    }

    private mutating func quoted(_ text: UnsafeBufferPointer<UInt8>) { JSONKey.quote(text, into: &bytes) }
}

/// The name of a member with its quotes and escapes, made once and written for every row.
public struct JSONKey: Sendable {
    let quoted: [UInt8]

    public init(_ name: String) {
        var name = name
        var quoted: [UInt8] = []
        name.withUTF8 { Self.quote($0, into: &quoted) }
        self.quoted = quoted
    }

    /// Appends a text in quotes. Only quotes, backslashes and control characters are escaped, as RFC 8259 demands.
    static func quote(_ text: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        out.append(0x22)
        var start = 0
        for place in plainCount(text)..<text.count {
            let byte = text[place]
            if byte >= 0x20, byte != 0x22, byte != 0x5C { continue }
            out.append(contentsOf: text[start..<place])
            start = place + 1
            out.append(0x5C)
            switch byte {
            case 0x22, 0x5C: out.append(byte)
            case 0x08: out.append(UInt8(ascii: "b"))
            case 0x09: out.append(UInt8(ascii: "t"))
            case 0x0A: out.append(UInt8(ascii: "n"))
            case 0x0C: out.append(UInt8(ascii: "f"))
            case 0x0D: out.append(UInt8(ascii: "r"))
            default:
                out.append(contentsOf: "u00".utf8)
                out.append(byte >> 4 == 0 ? 0x30 : 0x31)
                let digit = byte & 15
                out.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            }
        }
        out.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        out.append(0x22)
    }

    /// How many bytes at the beginning certainly need no escape, eight at a time.
    @inline(__always)
    private static func plainCount(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        let (ones, highs) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
        let bytes = UnsafeRawBufferPointer(text)
        var place = 0
        while place + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            // The highest bit of a byte that is zero after the quote or the backslash was taken out, or below a blank.
            let (quote, backslash) = (word ^ (ones &* 0x22), word ^ (ones &* 0x5C))
            let found = (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word
            if found & highs != 0 { return place }
            place += 8
        }
        return place
    }
}
