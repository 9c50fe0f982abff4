public import Records

/// Why somebody may see a record.
public enum AccessReason: Sendable, Hashable {
    /// `PermissionsModifyAllData`, `PermissionsViewAllData`, or what a permission set says of the object.
    case permission(String)
    /// The default of the object, which opens its records to everybody with the right to it.
    case everybody(SharingModel)
    case owner
    /// The role hierarchy: the owner is below.
    case above(owner: RecordID)
    /// A member of the queue that owns it.
    case queue(RecordID)
    /// A sharing rule.
    case rule(RecordID, name: String)
    /// A share with the user, with somebody below or with a group.
    case share(RecordID, with: RecordID, reason: String)
    /// What the owner of the account may see, by their role, or whom the account is shared with.
    case account(RecordID)
    /// A record that belongs to it, such as a case of an account.
    case child(RecordID)
    /// A record that it belongs to.
    case parent(RecordID)
}

/// Somebody who may see a record, how far they may go with it, and why.
public struct RecordAccess: Sendable {
    public let user: RecordID
    public let name: String
    public let level: AccessLevel
    /// At least one.
    public let reasons: [AccessReason]
}

/// What of an object somebody may see.
public struct ObjectSight: Sendable {
    public let object: String
    /// All that are there and not in the bin.
    public let total: Int
    public let readable: Int
    public let editable: Int
}
