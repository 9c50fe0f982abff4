public import Engine
public import Records

/// What a person decided about being reached by a channel, with the proof of it (GDPR Art. 7(1)).
///
/// Giving and withdrawing take the same form, and withdrawing asks for less: what was shown is needed only for an
/// opt-in (Art. 7(3): withdrawing is as easy as giving).
public struct ConsentDecision: Sendable {
    public var channel: ContactChannel
    public var isOptIn: Bool
    /// How the person said it; one of ``methods``.
    public var method: String
    /// Where: the address of a form, the name of a campaign, the number of a request.
    public var source: String
    /// The text that the person agreed to, whole. Needed for an opt-in.
    public var textShown: String?
    public var textVersion: String?
    /// The language of the text: `ja` or `en`.
    public var language: String
    /// When the person decided; now when nil.
    public var captured: Instant?
    /// Further proof: the name of a scanned form, the address of a recording.
    public var evidence: String?

    public init(
        channel: ContactChannel, isOptIn: Bool, method: String, source: String, textShown: String?,
        textVersion: String?, language: String, captured: Instant?, evidence: String? = nil
    ) {
        self.channel = channel
        self.isOptIn = isOptIn
        self.method = method
        self.source = source
        self.textShown = textShown
        self.textVersion = textVersion
        self.language = language
        self.captured = captured
        self.evidence = evidence
    }

    /// The ways in which people say what they want.
    public static let methods = ["WebForm", "Phone", "Email", "Paper", "InPerson", "Agent", "Import"]

    var status: ConsentStatus { isOptIn ? .optIn : .optOut }

    /// Refuses what would be no proof.
    func check(now: Instant) throws {
        guard Self.methods.contains(method) else {
            throw PlatformError(
                .invalidOrNullForRestrictedPicklist,
                "“\(method)” is no way to record a consent. Ways: \(Self.methods.joined(separator: ", ")).",
                fields: ["Method"]
            )
        }
        guard ["ja", "en"].contains(language) else {
            throw PlatformError(
                .invalidOrNullForRestrictedPicklist, "The language of the text shown is ja or en.", fields: ["Language"]
            )
        }
        if let captured, captured > now {
            throw PlatformError(
                .invalidOperation, "A consent cannot be captured in the future.", fields: ["CaptureDate"])
        }
        if isOptIn, textShown?.contains(where: { !$0.isWhitespace }) != true {
            throw PlatformError(
                .requiredFieldMissing,
                "An opt-in needs the text that the person agreed to (GDPR Art. 7(1)). An opt-out does not.",
                fields: ["TextShown"]
            )
        }
    }
}

/// Yes or no.
public enum ConsentStatus: String, Sendable, CaseIterable {
    case optIn = "OptIn"
    case optOut = "OptOut"

    var opposite: ConsentStatus { self == .optIn ? .optOut : .optIn }
}
