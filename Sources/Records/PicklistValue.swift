/// A value of a picklist.
public struct PicklistValue: Hashable, Sendable {
    /// As stored and as the wire shows it.
    public let value: String
    public let label: String
    public let labelJa: String
    /// Whether it can still be chosen; records that have it keep it.
    public let isActive: Bool
    public let isDefault: Bool
    /// Of a status: the record is at its end with it.
    public let isClosed: Bool
    /// Of a dependent picklist: the values of its controlling field for which this one can be chosen (`true` and `false`
    /// of a checkbox). None: it cannot be chosen.
    public let validFor: [String]
    /// The developer names of the record types whose records can have it; empty: all.
    public let recordTypes: [String]

    public init(
        value: String, label: String, labelJa: String, isActive: Bool, isDefault: Bool, isClosed: Bool = false,
        validFor: [String] = [], recordTypes: [String] = []
    ) {
        self.value = value
        self.label = label
        self.labelJa = labelJa
        self.isActive = isActive
        self.isDefault = isDefault
        self.isClosed = isClosed
        self.validFor = validFor
        self.recordTypes = recordTypes
    }
}
