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
    /// `Sforce-Duplicate-Rule-Header`
    public static let sforceDuplicateRuleHeader = known("Sforce-Duplicate-Rule-Header")
    /// `Sforce-NumberOfRecords`
    public static let sforceNumberOfRecords = known("Sforce-NumberOfRecords")
    /// `Sforce-Locator`
    public static let sforceLocator = known("Sforce-Locator")
    /// `Sforce-Enable-PKChunking`
    public static let sforceEnablePKChunking = known("Sforce-Enable-PKChunking")
    /// `Sforce-Line-Ending`
    public static let sforceLineEnding = known("Sforce-Line-Ending")
    /// `X-SFDC-Session`
    public static let xSFDCSession = known("X-SFDC-Session")
    /// `Sforce-Call-Options`
    public static let sforceCallOptions = known("Sforce-Call-Options")
    /// `Last-Event-ID`
    public static let lastEventID = known("Last-Event-ID")
    /// `X-PrettyPrint`
    public static let prettyPrint = known("X-PrettyPrint")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let made = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
        return made
    }
}

extension HTTPFields {
    /// The value of a header that is there once; nil when it is missing or given several times. Without the copy that the
    /// subscript makes.
    public func only(_ name: HTTPField.Name) -> String? {
        var found: String?
        for field in self where field.name == name {
            if found != nil { return nil }
            found = field.value
        }
        return found
    }
}
