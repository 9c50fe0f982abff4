public import Hummingbird
public import Records

/// How errors look under a path: an array in REST, an object in OAuth, a fault in SOAP, a page for people.
public protocol ErrorForm: Sendable {
    /// The paths it is for, such as `/services/oauth2`. The longest that fits counts.
    var prefix: String { get }

    /// The whole answer. `errors` has at least one element; several for several refusals of one row.
    func response(_ errors: [PlatformError], status: HTTPResponse.Status, context: EdgeContext) -> Response
}

/// Several errors of one operation, as REST answers a row that fails several validations.
public struct PlatformErrors: Error {
    public let errors: [PlatformError]

    /// - Parameter errors: at least one.
    public init(_ errors: [PlatformError]) {
        precondition(!errors.isEmpty)
        self.errors = errors
    }
}
