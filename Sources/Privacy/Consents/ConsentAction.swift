import Engine

/// What may be done to or with a person, in the words of the platform's Consent API.
public enum ConsentAction: String, Sendable, CaseIterable {
    case email, fax, geotrack, mailing, phone, portability, process, profile, shouldForget, social, solicit,
        storePiiElsewhere, track, web

    /// - Parameter name: In any case.
    public init?(_ name: String) {
        guard let action = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
            return nil
        }
        self = action
    }

    /// What the gate knows it by: who says no to it is not written to or called.
    var channel: ContactChannel? {
        switch self {
        case .email: .email
        case .phone: .phone
        case .fax: .fax
        default: nil
        }
    }

    /// The contact point type whose consents it goes by; nil for what is decided by a flag.
    var contactPointType: String? {
        switch self {
        case .email, .phone, .fax: channel?.rawValue
        case .mailing: "MailingAddress"
        case .social: "Social"
        case .web: "Web"
        default: nil
        }
    }

    /// The flag of the individual that decides it, and whether it has to be set for the action to go on.
    var flag: (field: String, mustBeSet: Bool)? {
        switch self {
        case .geotrack: ("HasOptedOutGeoTracking", false)
        case .process: ("HasOptedOutProcessing", false)
        case .profile: ("HasOptedOutProfiling", false)
        case .solicit: ("HasOptedOutSolicit", false)
        case .track: ("HasOptedOutTracking", false)
        case .portability: ("SendIndividualData", true)
        case .shouldForget: ("ShouldForget", true)
        case .storePiiElsewhere: ("CanStorePiiElsewhere", true)
        default: nil
        }
    }
}
