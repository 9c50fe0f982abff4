/// How much of anything the server takes, each with its reason. Beyond them it refuses and says so.
public enum Limits {
    /// A REST body: 200 records of a collection with long texts fit; base64 files of 50 MB come by their own route.
    public static let restBodyBytesMax = 6 * 1024 * 1024
    /// A REST body with a file of 50 MB in Base64, as on the platform.
    public static let fileBodyBytesMax = 70 * 1024 * 1024
    /// The largest body of any route: a file of the bulk APIs.
    public static let uploadBytesMax = 150 * 1024 * 1024
    /// Rows of a batch of the first bulk interface, and its bytes, as on the platform.
    public static let asyncBatchRowsMax = 10_000
    public static let asyncBatchBytesMax = 10_000_000
    /// Rows of one page of a query job's result, where the caller names no number.
    public static let resultPageRowsDefault = 250_000
    /// So much of a refused body is taken and thrown away, so that its connection serves on; a longer one ends with it.
    public static let refusedBodyBytesMax = 1024 * 1024
    /// How long such a connection stays, for its caller to read the refusal.
    public static let lingerSeconds = 2
    /// Smaller answers are not compressed: their headers are as long.
    public static let compressedBytesMin = 1024
    /// A form of the browser or of OAuth holds a few fields.
    public static let formBodyBytesMax = 256 * 1024
    /// A SOAP envelope: 200 rows with long texts.
    public static let soapBodyBytesMax = 10 * 1024 * 1024
    /// The platform's longest request line; SOQL of 100,000 characters comes by POST or as several queries.
    public static let uriBytesMax = 16_384
    /// Nested arrays and objects in a JSON body; deeper ones would exhaust the stack of a recursive reader.
    public static let jsonDepthMax = 64
    /// Rows of one page of a query, as on the platform.
    public static let queryPageRows = 200...2000
    public static let queryPageRowsDefault = 2000
    /// Records of one collection call, as on the platform.
    public static let collectionRowsMax = 200
    /// Calls inside a composite call or a batch, as on the platform.
    public static let compositeRequestsMax = 25
    /// Of those, the ones that read or write many records, as on the platform.
    public static let compositeQueriesMax = 5
    /// Graphs of one call, and the calls inside all of them, as on the platform.
    public static let graphsMax = 75
    public static let graphNodesMax = 500
    /// How deep a tree of new records is, and of how many objects, as on the platform.
    public static let treeLevelsMax = 5
    /// Records retrieved by one GET or POST of a collection, as on the platform.
    public static let retrieveRowsMax = 2000
    /// Requests of one credential a minute before it is asked to wait: what 64 connections of the fastest loader reach
    /// is below it, a loop that has run away on a large machine is above.
    public static let requestsPerMinuteMax = 3_000_000
    /// Requests of one address a minute without a credential in the header: an office of people behind one address.
    public static let anonymousRequestsPerMinuteMax = 60_000
    /// Requests of one address a minute to the doors where one signs in.
    public static let signInsPerMinuteMax = 120
    /// Callers whose counts are remembered; beyond it the oldest are forgotten.
    public static let callersMax = 20_000
    /// Calls a day that the platform's `limits` resource speaks of. High enough that nobody meets it by work alone.
    public static let dailyRequestsMax = 5_000_000
    /// Connections at a time, where the process may have as many files open; more wait in the backlog of the system.
    /// An idle one costs some 20 KiB, with TLS some 100.
    public static let connectionsMax = 16_384
    /// Files that are open besides connections: databases, logs, uploads.
    public static let otherFilesMax = 1_024
    /// An idle connection is closed after a minute: clients reconnect, and idle ones would pile up.
    public static let idleConnectionSeconds = 60
}
