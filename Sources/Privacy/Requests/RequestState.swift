import Records

/// Which right a person uses.
public enum RequestKind: String, Sendable, CaseIterable {
    case access = "Access"
    case portability = "Portability"
    case rectification = "Rectification"
    case erasure = "Erasure"
    case restriction = "Restriction"
    case objection = "Objection"

    /// As the law files name it.
    var right: String { rawValue.lowercased() }
}

/// Where a request stands, and what may happen next. No input, no output: the driver performs what it allows.
///
/// ```
/// Received → Verified → Approved → CarriedOut → Closed
///     └─────────┴──→ Refused            └→ Announced → Lifted     (a restriction)
/// ```
public enum RequestStatus: String, Sendable, CaseIterable {
    case received = "Received"
    case verified = "Verified"
    case approved = "Approved"
    case carriedOut = "CarriedOut"
    /// The person knows that their restriction is about to be lifted.
    case announced = "Announced"
    case closed = "Closed"
    case lifted = "Lifted"
    case refused = "Refused"

    /// What can be done with a request.
    public enum Act: String, Sendable, CaseIterable {
        case verify, approve, refuse, carryOut, close
        /// Tell the person that the restriction will be lifted: GDPR Art. 18(3) has it before the lifting.
        case announce
        case lift
    }

    /// Whether nothing more is to be done.
    public var isFinal: Bool { self == .closed || self == .lifted || self == .refused }

    /// Whether the time to answer has stopped: what was asked is done, or was refused.
    public var isAnswered: Bool { isFinal || self == .carriedOut || self == .announced }

    /// The status after an act.
    /// - Throws: `INVALID_OPERATION` when the act is not allowed now, saying what is.
    public func after(_ act: Act, of kind: RequestKind) throws -> RequestStatus {
        if let next = next(act, kind) { return next }
        if act == .lift, self == .carriedOut, kind == .restriction {
            throw PlatformError(
                .invalidOperation,
                "The person must be told before the restriction is lifted (GDPR Art. 18(3)). Announce it first."
            )
        }
        let allowed = acts(for: kind).map(\.rawValue).joined(separator: ", ")
        throw PlatformError(
            .invalidOperation,
            allowed.isEmpty
                ? "The request is \(rawValue); nothing more can be done with it."
                : "The request is \(rawValue); it cannot take “\(act.rawValue)”. Possible: \(allowed)."
        )
    }

    /// The acts allowed now.
    public func acts(for kind: RequestKind) -> [Act] { Act.allCases.filter { next($0, kind) != nil } }

    private func next(_ act: Act, _ kind: RequestKind) -> RequestStatus? {
        switch (self, act) {
        case (.received, .verify): .verified
        case (.verified, .approve): .approved
        case (.received, .refuse), (.verified, .refuse): .refused
        case (.approved, .carryOut): .carriedOut
        case (.carriedOut, .announce) where kind == .restriction: .announced
        case (.announced, .lift) where kind == .restriction: .lifted
        case (.carriedOut, .close) where kind != .restriction: .closed
        default: nil
        }
    }
}
