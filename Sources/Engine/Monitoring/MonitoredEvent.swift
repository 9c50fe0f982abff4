public import Records

/// Something that somebody did, as the event log files tell it: never what a record says, nor which record it was.
public struct MonitoredEvent: Sendable {
    /// Kinds by the platform's names of event types.
    public enum Kind: String, Sendable, CaseIterable {
        case restAPI = "RestApi"
        case soapAPI = "API"
        /// A batch of rows of Bulk API 1.0.
        case bulkAPI = "BulkApi"
        /// The rows, or the query, of a job of Bulk API 2.0.
        case bulkAPI2 = "BulkApi2"
        /// A page.
        case page = "URI"
        case login = "Login"
        case logout = "Logout"
        /// Events that may be missing: a process that was killed, a disk that was full.
        case gap = "LogGap"
    }

    public var kind: Kind
    public var at: Instant
    /// As the answer and the server's log name the call.
    public var requestID = ""
    public var user: RecordID?
    public var application = ""
    public var purpose = ""
    public var clientIP = ""
    public var userAgent = ""
    /// The path as it was called; it is written down without ids and values.
    public var path = ""
    /// `GET`, or the operation of a SOAP call.
    public var method = ""
    public var status = 0
    public var milliseconds: Int64 = 0
    /// The object that was read or written, the first where there were several.
    public var object = ""
    public var rows = 0
    /// A query, from which its literals are taken before it is written down.
    public var query = ""
    public var requestBytes: Int64 = 0
    public var responseBytes: Int64 = 0
    /// `LOGIN_NO_ERROR`, or the reason of a refusal.
    public var outcome = ""
    public var job: RecordID?
    public var batch: RecordID?
    public var operation = ""
    public var failures = 0
    /// A sentence without data of anybody.
    public var message = ""

    public init(_ kind: Kind, at: Instant) {
        self.kind = kind
        self.at = at
    }
}

extension MonitoredEvent.Kind {
    /// The columns of its files, in their order.
    var columns: [EventColumn] {
        switch self {
        case .restAPI: EventColumn.restAPI
        case .soapAPI: EventColumn.soapAPI
        case .bulkAPI, .bulkAPI2: EventColumn.bulkAPI
        case .page: EventColumn.page
        case .login: EventColumn.login
        case .logout: EventColumn.logout
        case .gap: EventColumn.gap
        }
    }
}

/// A column of an event log file, by the platform's name where it has one.
enum EventColumn: String {
    case eventType = "EVENT_TYPE"
    case timestamp = "TIMESTAMP"
    case requestID = "REQUEST_ID"
    case organizationID = "ORGANIZATION_ID"
    case userID = "USER_ID"
    case runTime = "RUN_TIME"
    case uri = "URI"
    case method = "METHOD"
    case methodName = "METHOD_NAME"
    case statusCode = "STATUS_CODE"
    case apiVersion = "API_VERSION"
    case userAgent = "USER_AGENT"
    case entityName = "ENTITY_NAME"
    case entityType = "ENTITY_TYPE"
    case rowsProcessed = "ROWS_PROCESSED"
    case query = "QUERY"
    case requestSize = "REQUEST_SIZE"
    case responseSize = "RESPONSE_SIZE"
    case jobID = "JOB_ID"
    case batchID = "BATCH_ID"
    case operationType = "OPERATION_TYPE"
    case numberFailures = "NUMBER_FAILURES"
    case success = "SUCCESS"
    case message = "MESSAGE"
    case loginStatus = "LOGIN_STATUS"
    case timestampDerived = "TIMESTAMP_DERIVED"
    case userIDDerived = "USER_ID_DERIVED"
    case clientIP = "CLIENT_IP"
    /// Ours: by which application, and for which purpose.
    case application = "APPLICATION"
    case purpose = "PURPOSE"

    private static let first: [EventColumn] = [.eventType, .timestamp, .requestID, .organizationID, .userID]
    private static let last: [EventColumn] = [.timestampDerived, .userIDDerived, .clientIP, .application, .purpose]
    private static let sizes: [EventColumn] = [.requestSize, .responseSize]

    static let restAPI =
        first + [.runTime, .uri, .method, .statusCode, .apiVersion, .userAgent, .entityName, .rowsProcessed, .query]
        + sizes + last
    static let soapAPI =
        first + [.runTime, .methodName, .statusCode, .apiVersion, .userAgent, .entityName, .rowsProcessed, .query]
        + sizes + last
    static let bulkAPI =
        first + [
            .runTime, .jobID, .batchID, .operationType, .entityType, .rowsProcessed, .numberFailures, .success,
            .message,
        ] + last
    static let page =
        first + [.runTime, .uri, .method, .statusCode, .userAgent, .entityName, .rowsProcessed] + sizes + last
    static let login = first + [.runTime, .loginStatus] + last
    static let logout = first + last
    static let gap = first + [.message] + last

    /// As `LogFileFieldTypes` names it.
    var type: String {
        switch self {
        case .timestamp, .timestampDerived: "DateTime"
        case .organizationID, .userID, .userIDDerived, .jobID, .batchID: "Id"
        case .runTime, .statusCode, .rowsProcessed, .requestSize, .responseSize, .numberFailures: "Number"
        case .success: "Boolean"
        default: "String"
        }
    }
}
