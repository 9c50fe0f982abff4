public import Records

/// An object to add at run time: a name that ends in `__c`, labels, and how its records are named.
public struct NewObject: Sendable {
    /// How the records get their `Name`.
    public enum Naming: Sendable {
        /// Typed by whoever creates the record.
        case text
        /// Given by the product; zeros in braces are digits: `INV-{0000}`.
        case autoNumber(String)
    }

    public var name: String
    public var label: String
    public var labelPlural: String
    public var labelJa: String
    public var naming: Naming
    public var isSearchable: Bool

    public init(
        name: String, label: String, labelPlural: String, labelJa: String, naming: Naming, isSearchable: Bool
    ) {
        self.name = name
        self.label = label
        self.labelPlural = labelPlural
        self.labelJa = labelJa
        self.naming = naming
        self.isSearchable = isSearchable
    }
}

/// A field to add at run time: a ``Records/Field`` whose name ends in `__c`.
public struct NewField: Sendable {
    public var field: Field

    public init(_ field: Field) { self.field = field }

    /// A field of a type with the type's usual size.
    public init(name: String, type: FieldType, label: String, labelJa: String) {
        field = Field(name: name, type: type)
        field.label = label
        field.labelJa = labelJa
        switch type {
        case .string, .picklist, .url, .combobox: field.length = 255
        case .textarea, .multipicklist: field.length = type == .textarea ? 32_768 : 4_099
        case .email: field.length = 80
        case .phone: field.length = 40
        case .double, .currency, .percent: (field.precision, field.scale) = (18, 2)
        case .boolean: (field.isNillable, field.defaultValue) = (false, false)
        default: break
        }
    }
}
