public import Records

/// What an erasure does with the person's own records, object by object. Data, so that an organisation can have its
/// own.
public struct ErasurePolicy: Codable, Hashable, Sendable {
    /// What becomes of the records of an object.
    public enum Action: Codable, Hashable, Sendable {
        case delete
        /// The record stays for the statistics, with neutral values in every field that is personal or free text.
        case anonymise
        /// The record stays as it is, on a legal ground, until a day (nil: until the ground ends).
        case keep(ground: String, until: String?)
    }

    /// By the object's API name; objects without an entry are deleted.
    public var actions: [String: Action]

    public init(actions: [String: Action]) { self.actions = actions }

    public func action(for object: String) -> Action { actions[object] ?? .delete }

    /// Deletes everything.
    public static let standard = ErasurePolicy(actions: [:])
    /// Keeps cases and tasks without the person, so that reports count the same before and after.
    public static let keepingStatistics = ErasurePolicy(actions: ["Case": .anonymise, "Task": .anonymise])
}
