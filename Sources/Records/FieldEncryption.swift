/// How the values of an encrypted field lie in the database.
public struct FieldEncryption: Hashable, Sendable {
    /// The platform's names of what can be chosen.
    public enum Scheme: String, Sendable, CaseIterable {
        /// The same text is sealed otherwise each time: nothing can be told from it, and nothing filtered by it.
        case probabilistic = "ProbabilisticEncryption"
        /// With a keyed number of the text beside it: equal texts can be told, found, grouped and kept unique.
        case deterministic = "CaseSensitiveDeterministicEncryption"
        /// The same, without regard to case.
        case caseInsensitive = "CaseInsensitiveDeterministicEncryption"

        /// Whether equal texts can be told.
        public var isDeterministic: Bool { self != .probabilistic }
    }

    public let scheme: Scheme
    /// The field's number, by which its keys are derived.
    public let number: Int
    /// The version of the tenant secret under which new values are sealed.
    public let version: Int
    /// Whether new values are sealed: false while the field goes back to clear ones.
    public let isSealing: Bool
    /// Whether all values that are stored have this form; false while they are being brought to it.
    public let isSettled: Bool

    public init(scheme: Scheme, number: Int, version: Int, isSealing: Bool, isSettled: Bool) {
        self.scheme = scheme
        self.number = number
        self.version = version
        self.isSealing = isSealing
        self.isSettled = isSettled
    }
}
