/// The platform's field types, spelled as `describe` spells them.
public enum FieldType: String, Sendable, CaseIterable {
    case id, reference, string, textarea, picklist, multipicklist, combobox, phone, email, url, encryptedstring
    case boolean, int, long, double, currency, percent, date, datetime, time, base64
    case address, location, anyType
    case junctionIDList = "JunctionIdList"

    /// How a value of the type is stored; nil for compound fields, which are put together from their parts.
    public var storage: Storage? {
        switch self {
        case .id, .reference, .int, .long, .datetime, .date, .time, .boolean: .integer
        case .double, .currency, .percent: .double
        case .string, .textarea, .picklist, .multipicklist, .combobox, .phone, .email, .url, .encryptedstring, .anyType:
            .text
        case .base64: .bytes
        case .address, .location, .junctionIDList: nil
        }
    }

    /// What a cell of the type is, where it is not null.
    public var cellKind: Cell.Kind {
        switch self {
        case .id, .reference: .id
        case .boolean: .boolean
        case .int, .long: .integer
        case .double, .currency, .percent: .double
        case .date: .date
        case .datetime: .datetime
        case .time: .time
        case .base64: .bytes
        default: .text
        }
    }

    /// What a column of the database holds.
    public enum Storage: Sendable { case integer, double, text, bytes }
}
