import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// A call of the SOAP interface by somebody who has signed on.
struct SOAPCall: Sendable {
    let kind: SOAPKind
    let session: Session
    /// `query` and its arguments.
    let operation: XMLTree
    /// What comes with every call; nil where there is none.
    let header: XMLTree?
    let token: String
    let request: Request
    let context: EdgeContext
    let version: Int
    let shared: Shared

    /// How records are written, each in an element of that name.
    func records(_ element: String) -> SOAPRecords { SOAPRecords(kind: kind, element: element) }

    /// The text of an argument.
    func argument(_ name: String) throws -> String {
        guard let text = operation[name]?.text, !text.isEmpty else {
            throw PlatformError(.missingArgument, "\(operation.name) needs \(name).")
        }
        return text
    }

    /// An argument that may come several times; some clients leave off the plural.
    func arguments(_ names: String..., atMost limit: Int) throws -> [XMLTree] {
        let found = operation.children.filter { names.contains($0.name) }
        guard found.count <= limit else {
            throw PlatformError(
                .exceededIDLimit, "record limit reached. cannot submit more than \(limit) records in this call")
        }
        return found
    }

    /// The ids that the call names; what is none is `MALFORMED_ID`.
    func ids() throws -> [RecordID] {
        try arguments("ids", "id", atMost: Limits.collectionRowsMax).map { element in
            guard let id = RecordID(element.text) else {
                throw PlatformError(.malformedID, "invalid ID field: \(element.text.prefix(40))")
            }
            return id
        }
    }

    var isAllOrNone: Bool { header?["AllOrNoneHeader"]?["allOrNone"]?.text == "true" }

    /// Rows of a page, kept within what the platform allows.
    var pageSize: Int? {
        header?["QueryOptions"]?["batchSize"].flatMap { Int($0.text) }.map {
            min(max($0, Limits.queryPageRows.lowerBound), Limits.queryPageRows.upperBound)
        }
    }

    /// The session for writes, as duplicate rules are to be taken.
    var writer: Session {
        header?["DuplicateRuleHeader"]?["allowSave"]?.text == "true" ? session.allowingDuplicates() : session
    }

    func answer(_ body: (inout SOAPWriter) throws -> Void) rethrows -> Response {
        try SOAPWriter.response(to: operation.name, kind, usage: shared.usage, body)
    }
}

typealias SOAPHandler = @Sendable (SOAPCall) async throws -> Response
