public import Records

/// Why a sign-in was refused. What is told to the caller never says whether a user exists.
public enum SignInRefusal: Error, Equatable {
    /// Unknown or inactive user, wrong password, or too many failures: always the same answer.
    case wrongCredentials
    /// There is no application with that client id.
    case unknownApplication
    /// The client secret is wrong.
    case wrongClientSecret
    /// The application is not registered for this way of signing in.
    case flowNotAllowed
    /// The user may not work under any of the purposes that the application is registered for.
    case purposeNotAllowed
    /// A code that is wrong, or was used.
    case wrongCode
    /// A passkey that is not taken, with what is wrong.
    case badPasskey(String)
    /// The organisation asks for a second factor, and the user has none.
    case secondFactorNeeded
    /// The step of a sign-in took too long, or too many tries.
    case stepOver
    /// What an application asserts is not so, with what is wrong; never whether a user exists.
    case badAssertion(String)
    /// The application may not call from there.
    case addressNotAllowed
    /// A code or refresh token that is none, is over, or was spent, with what is wrong.
    case badGrant(String)
    /// Another address to lead back to than the code was given for.
    case wrongRedirect
    /// More than is allowed, or nothing that there is.
    case badScope
    /// The user of a device has not decided yet.
    case authorizationPending
    /// The same, and asked too soon.
    case slowDown
    /// The user of a device has refused.
    case accessDenied
    /// The device code is none, or is over.
    case deviceExpired

    /// The same in the platform's terms.
    public var platformError: PlatformError {
        switch self {
        case .wrongCredentials:
            PlatformError(.invalidLogin, "Invalid username, password, security token; or user locked out.")
        case .unknownApplication: PlatformError(.invalidLogin, "client identifier invalid")
        case .wrongClientSecret: PlatformError(.invalidLogin, "invalid client credentials")
        case .badAssertion(let wrong), .badGrant(let wrong): PlatformError(.invalidLogin, wrong)
        case .addressNotAllowed: PlatformError(.invalidLogin, "ip restricted or invalid login hours")
        case .wrongRedirect: PlatformError(.invalidLogin, "redirect_uri must match the one of the authorization")
        case .badScope: PlatformError(.invalidLogin, "the requested scope is not allowed")
        case .authorizationPending: PlatformError(.invalidLogin, "the user has not decided yet")
        case .slowDown: PlatformError(.invalidLogin, "polling too quickly")
        case .accessDenied: PlatformError(.invalidLogin, "the user has refused")
        case .deviceExpired: PlatformError(.invalidLogin, "expired device code")
        case .purposeNotAllowed:
            PlatformError(.invalidLogin, "the user may not work under the purposes of the application")
        case .wrongCode: PlatformError(.invalidLogin, "the code is wrong or was used")
        case .badPasskey(let wrong): PlatformError(.invalidLogin, wrong)
        case .secondFactorNeeded:
            PlatformError(.invalidLogin, "a second factor is required: set one up on the pages first")
        case .stepOver: PlatformError(.invalidLogin, "the sign-in took too long; begin anew")
        case .flowNotAllowed: PlatformError(.invalidLogin, "the application is not registered for this grant type")
        }
    }
}
