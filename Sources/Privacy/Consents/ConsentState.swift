public import Engine
public import Records

/// Where a person stands on a channel now.
public struct ConsentState: Sendable {
    public let channel: ContactChannel
    /// Nil when the person never said anything.
    public let status: ConsentStatus?
    /// Since when.
    public let since: Instant?
    /// What proves it; nil when nothing was recorded.
    public let proof: ConsentEvent?
    /// Whether we may reach them, and every record that says no. It may be no without any decision of the person's,
    /// such as a flag that was loaded.
    public let decision: ContactDecision
}
