public import Records

/// Values as JSON, appended to bytes without commas or keys: for encoders that know where those go.
public enum JSONText {
    /// A cell of a result, from the bytes where they lie: ids with 18 characters, datetimes
    /// `2026-11-23T09:30:00.000+0000`, dates `2026-11-23`, times `09:30:00.000Z`, doubles with a fraction, binary as
    /// Base64.
    public static func append(_ cells: any Cells, _ column: Int, _ type: FieldType, to out: inout [UInt8]) {
        if cells.isNull(column) { return append("null", to: &out) }
        switch type {
        case .boolean: append(cells.int64(column) != 0 ? "true" : "false", to: &out)
        case .int, .long: ValueText.append(cells.int64(column), to: &out)
        case .double, .currency, .percent:
            let number = cells.double(column)
            if number.isFinite { ValueText.append(number, to: &out) } else { append("null", to: &out) }
        case .id, .reference, .date, .datetime, .time, .base64:
            out.append(0x22)
            appendPlain(cells, column, type, to: &out)
            out.append(0x22)
        default: JSONKey.quote(cells.bytes(column), into: &out)
        }
    }

    /// A literal of JSON.
    public static func append(_ literal: StaticString, to out: inout [UInt8]) {
        literal.withUTF8Buffer { out.append(contentsOf: $0) }
    }

    /// What stands in quotes and holds nothing that needs an escape.
    private static func appendPlain(_ cells: any Cells, _ column: Int, _ type: FieldType, to out: inout [UInt8]) {
        switch type {
        case .date: ValueText.append(Day(daysSince1970: Int(cells.int64(column))), to: &out)
        case .datetime:
            ValueText.append(Instant(milliseconds: cells.int64(column)), to: &out)
            append("+0000", to: &out)
        case .time: ValueText.append(TimeOfDay(milliseconds: Int(cells.int64(column))), to: &out)
        case .base64: ValueText.appendBase64(cells.bytes(column), to: &out)
        default: ValueText.append(RecordID(rawValue: cells.int64(column)), to: &out)
        }
    }
}
