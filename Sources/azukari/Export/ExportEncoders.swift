import Engine
import Formats
import Records
import Synchronization

/// How many rows an encoder has written, seen from outside while it writes.
final class RowCount: Sendable {
    private let rows = Atomic(0)
    var value: Int { rows.load(ordering: .relaxed) }
    func advance() { rows.wrappingAdd(1, ordering: .relaxed) }
}

/// A header and a line for each row.
struct CSVExport: RowEncoder {
    let count: RowCount
    var csv: CSVWriter

    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
        csv.append(to: &out) { csv in
            for column in columns { csv.text(column.name) }
            csv.endRow()
        }
    }

    mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
        csv.append(to: &out) { $0.row(cells) }
        count.advance()
    }

    mutating func end(into out: inout [UInt8]) {}
}

/// A list of flat objects, one on each line; paths are keys.
struct JSONExport: RowEncoder {
    let count: RowCount
    /// What stands before each cell: a brace or comma, and the key.
    private var heads: [[UInt8]] = []
    private var types: [FieldType] = []
    private var isFirst = true

    init(count: RowCount) { self.count = count }

    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
        types = columns.map(\.type)
        heads = columns.enumerated().map { place, column in
            var json = JSONWriter()
            json.string(column.name)
            return [UInt8(ascii: place == 0 ? "{" : ",")] + json.bytes + [UInt8(ascii: ":")]
        }
        out.append(UInt8(ascii: "["))
    }

    mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
        if !isFirst { out.append(UInt8(ascii: ",")) }
        isFirst = false
        out.append(0x0A)
        for column in types.indices {
            out.append(contentsOf: heads[column])
            JSONText.append(cells, column, types[column], to: &out)
        }
        out.append(UInt8(ascii: "}"))
        count.advance()
    }

    mutating func end(into out: inout [UInt8]) { out.append(contentsOf: "\n]\n".utf8) }
}

/// `<records><record><Name>…</Name></record></records>`; null is `xsi:nil`.
struct XMLExport: RowEncoder {
    let count: RowCount
    private let xml: XMLWriter
    private var columns: [ResultColumn] = []
    private var rowsUndrained = 0

    init(count: RowCount) throws {
        self.count = count
        xml = try XMLWriter(isIndented: true)
    }

    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
        self.columns = columns
        xml.beginDocument()
        xml.beginElement("records")
        xml.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    }

    mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
        xml.beginElement("record")
        for (place, column) in columns.enumerated() { xml.cell(column.name, cells, place, column.type) }
        xml.endElement()
        count.advance()
        rowsUndrained += 1
        if rowsUndrained < 50 { return }
        rowsUndrained = 0
        xml.drain(into: &out)
    }

    mutating func end(into out: inout [UInt8]) {
        xml.endDocument()
        xml.drain(into: &out)
    }
}
