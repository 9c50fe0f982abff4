/// An error in the platform's terms: a code, a message for the caller, and where.
///
/// Two are equal when their codes are. `description` tells the code alone; the message may quote what the caller sent.
public struct PlatformError: Error, Equatable, Sendable {
    /// One of the platform's codes; a closed set behind static members.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// As the wire spells it, for example `INVALID_FIELD`.
        public let name: String
        public var description: String { name }
        init(_ name: String) { self.name = name }
    }

    public let code: Code
    /// Safe to show to the caller: what, where and what to do.
    public let message: String
    /// The fields concerned, in canonical spelling.
    public let fields: [String]
    /// For the log only; holds no personal data.
    public let detail: String?
    /// Line and column (from 1) in the caller's text, where the error is about one.
    public let position: (line: Int, column: Int)?
    /// Of `DUPLICATES_DETECTED`: what the rule found.
    public let duplicates: DuplicateResult?

    public init(
        _ code: Code,
        _ message: String,
        fields: [String] = [],
        position: (line: Int, column: Int)? = nil,
        detail: String? = nil,
        duplicates: DuplicateResult? = nil
    ) {
        self.code = code
        self.message = message
        self.fields = fields
        self.position = position
        self.detail = detail
        self.duplicates = duplicates
    }

    public static func == (a: PlatformError, b: PlatformError) -> Bool { a.code == b.code }
}

extension PlatformError: CustomStringConvertible {
    public var description: String { code.name }
}

extension PlatformError.Code {
    public static let allOrNoneOperationRolledBack = Self("ALL_OR_NONE_OPERATION_ROLLED_BACK")
    public static let cannotInsertUpdateActivateEntity = Self("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    public static let cannotUpdateConvertedLead = Self("CANNOT_UPDATE_CONVERTED_LEAD")
    public static let circularDependency = Self("CIRCULAR_DEPENDENCY")
    public static let deleteFailed = Self("DELETE_FAILED")
    public static let duplicateExternalID = Self("DUPLICATE_EXTERNAL_ID")
    public static let duplicatesDetected = Self("DUPLICATES_DETECTED")
    public static let duplicateValue = Self("DUPLICATE_VALUE")
    public static let entityIsDeleted = Self("ENTITY_IS_DELETED")
    public static let entityIsLocked = Self("ENTITY_IS_LOCKED")
    public static let exceededIDLimit = Self("EXCEEDED_ID_LIMIT")
    public static let batchProcessingHalted = Self("BATCH_PROCESSING_HALTED")
    public static let exceededQuota = Self("EXCEEDEDQUOTA")
    public static let featureNotEnabled = Self("FEATURENOTENABLED")
    public static let fieldIntegrityException = Self("FIELD_INTEGRITY_EXCEPTION")
    public static let functionalityNotEnabled = Self("FUNCTIONALITY_NOT_ENABLED")
    public static let insufficientAccess = Self("INSUFFICIENT_ACCESS")
    public static let insufficientAccessOnCrossReferenceEntity = Self("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY")
    public static let insufficientAccessOrReadonly = Self("INSUFFICIENT_ACCESS_OR_READONLY")
    public static let invalidBatch = Self("INVALIDBATCH")
    public static let invalidCrossReferenceKey = Self("INVALID_CROSS_REFERENCE_KEY")
    public static let invalidEmailAddress = Self("INVALID_EMAIL_ADDRESS")
    public static let invalidEntity = Self("INVALIDENTITY")
    public static let invalidField = Self("INVALID_FIELD")
    public static let invalidFieldForInsertUpdate = Self("INVALID_FIELD_FOR_INSERT_UPDATE")
    public static let invalidInput = Self("INVALID_INPUT")
    public static let invalidJob = Self("INVALIDJOB")
    public static let invalidJobState = Self("INVALIDJOBSTATE")
    public static let invalidLogin = Self("INVALID_LOGIN")
    public static let invalidOldPassword = Self("INVALID_OLD_PASSWORD")
    public static let invalidNewPassword = Self("INVALID_NEW_PASSWORD")
    public static let invalidOperation = Self("INVALID_OPERATION")
    public static let invalidOrNullForRestrictedPicklist = Self("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    public static let invalidQueryFilterOperator = Self("INVALID_QUERY_FILTER_OPERATOR")
    public static let invalidQueryLocator = Self("INVALID_QUERY_LOCATOR")
    public static let invalidReplicationDate = Self("INVALID_REPLICATION_DATE")
    public static let invalidSearch = Self("INVALID_SEARCH")
    public static let invalidSessionID = Self("INVALID_SESSION_ID")
    public static let invalidStatus = Self("INVALID_STATUS")
    public static let invalidType = Self("INVALID_TYPE")
    public static let invalidTypeOnFieldInRecord = Self("INVALID_TYPE_ON_FIELD_IN_RECORD")
    public static let jsonParserError = Self("JSON_PARSER_ERROR")
    public static let limitExceeded = Self("LIMIT_EXCEEDED")
    public static let malformedID = Self("MALFORMED_ID")
    public static let malformedQuery = Self("MALFORMED_QUERY")
    public static let malformedSearch = Self("MALFORMED_SEARCH")
    public static let methodNotAllowed = Self("METHOD_NOT_ALLOWED")
    public static let missingArgument = Self("MISSING_ARGUMENT")
    public static let notFound = Self("NOT_FOUND")
    public static let numberOutsideValidRange = Self("NUMBER_OUTSIDE_VALID_RANGE")
    public static let operationTooLarge = Self("OPERATION_TOO_LARGE")
    public static let processingHalted = Self("PROCESSING_HALTED")
    public static let preconditionFailed = Self("PRECONDITION_FAILED")
    public static let queryTimeout = Self("QUERY_TIMEOUT")
    public static let queryTooComplicated = Self("QUERY_TOO_COMPLICATED")
    public static let requestLimitExceeded = Self("REQUEST_LIMIT_EXCEEDED")
    public static let requiredFieldMissing = Self("REQUIRED_FIELD_MISSING")
    public static let serverUnavailable = Self("SERVER_UNAVAILABLE")
    public static let storageLimitExceeded = Self("STORAGE_LIMIT_EXCEEDED")
    public static let stringTooLong = Self("STRING_TOO_LONG")
    public static let unableToLockRow = Self("UNABLE_TO_LOCK_ROW")
    public static let unknownException = Self("UNKNOWN_EXCEPTION")
    public static let unsupportedAPIVersion = Self("UNSUPPORTED_API_VERSION")
    public static let unsupportedMediaType = Self("UNSUPPORTED_MEDIA_TYPE")
}
