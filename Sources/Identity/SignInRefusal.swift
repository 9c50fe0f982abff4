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
    /// What an application asserts is not so, with what is wrong; never whether a user exists.
    case badAssertion(String)

    /// The same in the platform's terms.
    public var platformError: PlatformError {
        switch self {
        case .wrongCredentials:
            PlatformError(.invalidLogin, "Invalid username, password, security token; or user locked out.")
        case .unknownApplication: PlatformError(.invalidLogin, "client identifier invalid")
        case .wrongClientSecret: PlatformError(.invalidLogin, "invalid client credentials")
        case .badAssertion(let wrong): PlatformError(.invalidLogin, wrong)
        case .flowNotAllowed: PlatformError(.invalidLogin, "the application is not registered for this grant type")
        }
    }
}
