/// What everybody with the right to an object may do with its records, before any sharing: the organisation-wide default.
///
/// Sharing only opens; the narrowest that anybody is to have is set here. The raw values are the platform's names.
public enum SharingModel: String, Sendable, CaseIterable {
    /// A record is its owner's, of those above the owner in the role hierarchy, and of whom it is shared with.
    case `private` = "Private"
    /// Everybody reads; who changes a record is as in ``private``.
    case read = "Read"
    case readWrite = "ReadWrite"
    /// A record is as visible as the records that it belongs to, and always its owner's.
    case controlledByParent = "ControlledByParent"
}
