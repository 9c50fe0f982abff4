import Engine
import Formats
import Records

/// Writes the rows of a list for a spreadsheet, each value as its reader knows it.
struct ListCSV: RowEncoder {
    let fields: [ListView.Field]
    private var csv = CSVWriter(delimiter: .comma, lineEnding: .crlf, quoting: .whenNeeded)
    private var types: [FieldType] = []

    init(fields: [ListView.Field]) { self.fields = fields }

    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
        types = columns.map(\.type)
        // Without the mark, a spreadsheet in Japan takes UTF-8 for Shift_JIS.
        out.append(contentsOf: [0xEF, 0xBB, 0xBF])
        let fields = fields
        csv.append(to: &out) { csv in
            for field in fields { csv.text(field.heading) }
            csv.endRow()
        }
    }

    mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
        let (fields, types) = (fields, types)
        csv.append(to: &out) { csv in
            for (place, field) in fields.enumerated() {
                if let text = field.shown(cells.value(place, as: types[place])) {
                    csv.text(Self.couldBeFormula(text) ? "'" + text : text)
                } else {
                    csv.null()
                }
            }
            csv.endRow()
        }
    }

    mutating func end(into out: inout [UInt8]) {}

    /// Whether a spreadsheet could run the text. The writer's own guard would mark every telephone number with a country
    /// code; without a letter, a sign in front calls no function and reaches no other cell.
    private static func couldBeFormula(_ text: String) -> Bool {
        // By scalars: CR LF is one character.
        switch text.unicodeScalars.first {
        case "=", "@", "\t", "\r": true
        case "+", "-": text.unicodeScalars.contains { !"0123456789 ()+-./".unicodeScalars.contains($0) }
        default: false
        }
    }
}
