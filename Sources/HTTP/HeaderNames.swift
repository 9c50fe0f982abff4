public import HTTPTypes

extension HTTPField.Name {
    /// `X-Forwarded-Proto`
    public static let xForwardedProto = known("X-Forwarded-Proto")
    /// `X-Request-Id`
    public static let requestID = known("X-Request-Id")
    /// `Sforce-Limit-Info`
    public static let sforceLimitInfo = known("Sforce-Limit-Info")
    /// `Sforce-Query-Options`
    public static let sforceQueryOptions = known("Sforce-Query-Options")
    /// `Sforce-Call-Options`
    public static let sforceCallOptions = known("Sforce-Call-Options")
    /// `X-PrettyPrint`
    public static let prettyPrint = known("X-PrettyPrint")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let made = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
        return made
    }
}
