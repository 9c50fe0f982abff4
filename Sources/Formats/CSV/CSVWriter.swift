public import Records

/// Writes CSV (RFC 4180) into bytes, cell by cell or row by row.
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

    private let form: CSVForm
    private let lineEnding: LineEnding
    private var column = 0
    private var firstCellIsEmpty = false
    /// Memory in which cells are written before they are appended. What is in it means nothing.
    private var scratch: [UInt8] = []

    /// - Parameter isSpreadsheetSafe: puts an apostrophe before texts that a spreadsheet could take for a formula
    ///   (beginning with `=`, `+`, `-`, `@`, a tab or a CR). Such a file does not read back equal, so exports that
    ///   programs read leave it off.
    public init(
        delimiter: CSVDelimiter, lineEnding: LineEnding, quoting: Quoting, isSpreadsheetSafe: Bool = false
    ) {
        form = CSVForm(delimiter: delimiter, quoting: quoting, isSpreadsheetSafe: isSpreadsheetSafe)
        self.lineEnding = lineEnding
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
        cell(Cell(.text, start: 0, count: text.count), text)
    }

    /// An empty cell: null, and for a reader the same as the empty text.
    public mutating func null() { cell(.null, UnsafeBufferPointer(start: nil, count: 0)) }

    /// A cell from a value: ids with 18 characters, datetimes `2026-11-23T09:30:00.000Z`, dates `2026-11-23`, times
    /// `09:30:00.000Z`, booleans `true` and `false`, doubles with a fraction and without an exponent (NaN and the
    /// infinities, which no field can hold, are left empty), binary as Base64.
    public mutating func value(_ value: Value) {
        var buffer: [UInt8] = []
        let cell = Cell(value, into: &buffer)
        buffer.withUnsafeBufferPointer { self.cell(cell, $0) }
    }

    /// A whole row, from where it lies, in the same forms.
    public mutating func row(_ row: CellRow) {
        precondition(column == 0, "a row begins a line")
        var room = 4 + row.count
        for column in 0..<row.count { room += CSVForm.room(for: row[column]) }
        let (form, lineEnding) = (form, lineEnding)
        append(atMost: room) { start in
            var end = start
            for column in 0..<row.count {
                if column > 0 {
                    end[0] = form.delimiter
                    end += 1
                }
                let cell = row[column]
                end = form.write(cell, row.bytes(of: cell), to: end)
            }
            if row.count == 1, end == start { end = Self.quotes(end) }
            return Self.lineEnd(lineEnding, end)
        }
    }

    /// Ends the row.
    public mutating func endRow() {
        // A row of one empty cell would be a blank line, which readers pass over.
        let isBlank = column == 1 && firstCellIsEmpty
        let lineEnding = lineEnding
        append(atMost: 4) { Self.lineEnd(lineEnding, isBlank ? Self.quotes($0) : $0) }
        column = 0
    }

    private mutating func cell(_ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>) {
        if column > 0 { self.bytes.append(form.delimiter) }
        let (form, before) = (form, self.bytes.count)
        append(atMost: CSVForm.room(for: cell)) { form.write(cell, bytes, to: $0) }
        if column == 0 { firstCellIsEmpty = self.bytes.count == before }
        column += 1
    }

    /// Appends what is written into memory with room for so many bytes.
    @inline(__always)
    private mutating func append(atMost room: Int, _ write: (CSVForm.Place) -> CSVForm.Place) {
        if scratch.count < room { scratch = Array(repeating: 0, count: room * 2) }
        let count = scratch.withUnsafeMutableBufferPointer { scratch in
            scratch.baseAddress.map { write($0) - $0 } ?? 0
        }
        bytes.append(contentsOf: scratch[..<count])
    }

    private static func quotes(_ place: CSVForm.Place) -> CSVForm.Place {
        place[0] = 0x22
        place[1] = 0x22
        return place + 2
    }

    private static func lineEnd(_ ending: LineEnding, _ place: CSVForm.Place) -> CSVForm.Place {
        var end = place
        if ending == .crlf {
            end[0] = 0x0D
            end += 1
        }
        end[0] = 0x0A
        return end + 1
    }
}
