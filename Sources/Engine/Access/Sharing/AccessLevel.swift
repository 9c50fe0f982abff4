/// How far somebody may go with a record.
public enum AccessLevel: Int, Sendable, Comparable, CaseIterable {
    case read = 1
    case edit = 2
    /// Also deletes it, gives it to another owner, and shares it.
    case all = 3

    public static func < (a: AccessLevel, b: AccessLevel) -> Bool { a.rawValue < b.rawValue }

    /// As shares and sharing rules spell it: `Read`, `Edit`, `All`; nil for anything else.
    init?(name: String?) {
        switch name?.lowercased() {
        case "read": self = .read
        case "edit": self = .edit
        case "all": self = .all
        default: return nil
        }
    }

    /// As shares and sharing rules spell it.
    public var name: String {
        switch self {
        case .read: "Read"
        case .edit: "Edit"
        case .all: "All"
        }
    }
}
