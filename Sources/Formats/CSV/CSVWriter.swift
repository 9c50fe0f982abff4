public import Records

/// Writes CSV (RFC 4180) into bytes, cell by cell.
///
/// ```swift
/// var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
/// csv.text("Id")
/// csv.text("Name")
/// csv.endRow()
/// send(csv.bytes)
/// ```
public struct CSVWriter: Sendable {
    public enum Quoting: Sendable {
        /// Only cells that hold a delimiter, a quote or a line break.
        case whenNeeded
        /// All cells, also the empty: what clients of the bulk interface expect that split lines by hand.
        case always
    }

    /// What has been written; empty it as often as you like between rows.
    public var bytes: [UInt8] = []

    private let delimiter: UInt8
    private let lineEnding: LineEnding
    private let quoting: Quoting
    private let isSpreadsheetSafe: Bool
    private var column = 0
    private var firstCellIsEmpty = false

    /// - Parameter isSpreadsheetSafe: puts an apostrophe before texts that a spreadsheet could take for a formula
    ///   (beginning with `=`, `+`, `-`, `@`, a tab or a CR). Such a file does not read back equal, so exports that
    ///   programs read leave it off.
    public init(
        delimiter: CSVDelimiter, lineEnding: LineEnding, quoting: Quoting, isSpreadsheetSafe: Bool = false
    ) {
        self.delimiter = delimiter.rawValue
        self.lineEnding = lineEnding
        self.quoting = quoting
        self.isSpreadsheetSafe = isSpreadsheetSafe
    }

    /// Lets the writer append to bytes of somebody else's, without a copy.
    public mutating func append(to out: inout [UInt8], _ body: (inout CSVWriter) -> Void) {
        swap(&bytes, &out)
        body(&self)
        swap(&bytes, &out)
    }

    /// A text cell.
    public mutating func text(_ text: String) {
        var text = text
        text.withUTF8 { self.text($0) }
    }

    /// A text cell from its UTF-8 bytes.
    public mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
        beginCell(isEmpty: text.isEmpty)
        guard quoting == .always || needsQuotes(text) else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(0x22)
        if isSpreadsheetSafe, Self.looksLikeFormula(text) { bytes.append(0x27) }
        var rest = text[...]
        while let quote = rest.firstIndex(of: 0x22) {
            bytes.append(contentsOf: rest[...quote])
            bytes.append(0x22)
            rest = rest[(quote + 1)...]
        }
        bytes.append(contentsOf: rest)
        bytes.append(0x22)
    }

    /// An empty cell: null, and for a reader the same as the empty text.
    public mutating func null() {
        beginCell(isEmpty: true)
        if quoting == .always { quote() }
    }

    /// A cell of a result, from the bytes where they lie: ids with 18 characters, datetimes
    /// `2026-11-23T09:30:00.000Z`, dates `2026-11-23`, times `09:30:00.000Z`, booleans `true` and `false`, doubles with
    /// a fraction and without an exponent, binary as Base64.
    public mutating func cell(_ cells: some Cells, _ column: Int, _ type: FieldType) {
        // A text that is not there and one that is empty are written alike, so it need not be asked which it is.
        if type.storage == .text { return text(cells.bytes(column)) }
        if cells.isNull(column) { return null() }
        switch type {
        case .id, .reference: plain { ValueText.append(RecordID(rawValue: cells.int64(column)), to: &$0) }
        case .boolean: boolean(cells.int64(column) != 0)
        case .int, .long: plain { ValueText.append(cells.int64(column), to: &$0) }
        case .double, .currency, .percent: double(cells.double(column))
        case .date: plain { ValueText.append(Day(daysSince1970: Int(cells.int64(column))), to: &$0) }
        case .datetime: datetime(Instant(milliseconds: cells.int64(column)))
        case .time: plain { ValueText.append(TimeOfDay(milliseconds: Int(cells.int64(column))), to: &$0) }
        case .base64: cells.withBytes(column) { blob in plain { ValueText.appendBase64(blob, to: &$0) } }
        default: cells.withBytes(column) { text($0) }
        }
    }

    /// A cell from a value, in the same forms.
    public mutating func value(_ value: Value) {
        switch value {
        case .null: null()
        case .boolean(let truth): boolean(truth)
        case .integer(let number): plain { ValueText.append(number, to: &$0) }
        case .double(let number): double(number)
        case .text(let text): self.text(text)
        case .date(let day): plain { ValueText.append(day, to: &$0) }
        case .datetime(let instant): datetime(instant)
        case .time(let time): plain { ValueText.append(time, to: &$0) }
        case .id(let id): plain { ValueText.append(id, to: &$0) }
        case .bytes(let blob):
            blob.withUnsafeBufferPointer { bytes in plain { ValueText.appendBase64(bytes, to: &$0) } }
        }
    }

    /// Ends the row.
    public mutating func endRow() {
        // A row of one empty cell would be a blank line, which readers pass over.
        if column == 1, firstCellIsEmpty, quoting == .whenNeeded { quote() }
        if lineEnding == .crlf { bytes.append(0x0D) }
        bytes.append(0x0A)
        column = 0
    }

    private mutating func boolean(_ truth: Bool) { plain { $0.append(contentsOf: truth ? "true".utf8 : "false".utf8) } }

    /// NaN and the infinities, which no field can hold, are left empty.
    private mutating func double(_ number: Double) {
        if number.isFinite { plain { ValueText.append(number, to: &$0) } } else { null() }
    }

    private mutating func datetime(_ instant: Instant) {
        plain {
            ValueText.append(instant, to: &$0)
            $0.append(0x5A)
        }
    }

    /// A cell whose form holds nothing that needs quotes.
    @inline(__always)
    private mutating func plain(_ write: (inout [UInt8]) -> Void) {
        beginCell(isEmpty: false)
        if quoting == .always { bytes.append(0x22) }
        write(&bytes)
        if quoting == .always { bytes.append(0x22) }
    }

    private mutating func quote() {
        bytes.append(0x22)
        bytes.append(0x22)
    }

    @inline(__always)
    private mutating func beginCell(isEmpty: Bool) {
        if column == 0 { firstCellIsEmpty = isEmpty } else { bytes.append(delimiter) }
        column += 1
    }

    private func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first else { return false }
        // U+FEFF at the beginning of a file would be taken for a byte order mark.
        if first == 0xEF, text.starts(with: [0xEF, 0xBB, 0xBF]) { return true }
        if isSpreadsheetSafe, Self.looksLikeFormula(text) { return true }
        return holds(text)
    }

    /// Whether a delimiter, a quote or a line break is among the bytes; eight are looked at together, and the last eight
    /// once more where a rest is left.
    private func holds(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(text)
        guard raw.count >= 8 else { return holdsShort(raw) }
        var place = 0
        while place + 8 <= raw.count {
            if holds(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) { return true }
            place += 8
        }
        return place < raw.count && holds(raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self))
    }

    /// Of fewer than eight bytes: four and four, which may overlap, or one by one.
    @inline(__always)
    private func holdsShort(_ raw: UnsafeRawBufferPointer) -> Bool {
        if raw.count >= 4 {
            let first = raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let last = raw.loadUnaligned(fromByteOffset: raw.count - 4, as: UInt32.self)
            return holds(UInt64(first) << 32 | UInt64(last))
        }
        return raw.contains { $0 == delimiter || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    }

    @inline(__always)
    private func holds(_ word: UInt64) -> Bool {
        let found =
            Self.zeros(word ^ (Self.low &* UInt64(delimiter))) | Self.zeros(word ^ Self.quotes)
            | Self.zeros(word ^ Self.newlines) | Self.zeros(word ^ Self.returns)
        return found != 0
    }

    private static let low: UInt64 = 0x0101_0101_0101_0101
    private static let quotes: UInt64 = 0x2222_2222_2222_2222
    private static let newlines: UInt64 = 0x0A0A_0A0A_0A0A_0A0A
    private static let returns: UInt64 = 0x0D0D_0D0D_0D0D_0D0D

    /// Not zero when one of the eight bytes is.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- low) & ~word & 0x8080_8080_8080_8080 }

    private static func looksLikeFormula(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch text.first {
        case 0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D: true
        default: false
        }
    }
}
