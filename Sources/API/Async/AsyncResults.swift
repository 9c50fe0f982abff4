import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Loading
import Records

/// What came of a batch: a result for each row, in the order in which they were sent, or the rows of a query.
struct AsyncResults {
    let shared: Shared

    @Sendable func results(_ call: AsyncCall) async throws -> Response {
        let (job, batch) = try await call.batch()
        let form = try BulkForm(job.form)
        guard batch.state == .completed else {
            let why = batch.message.map { ": \($0)" } ?? ""
            throw PlatformError(.invalidBatch, "The batch has no results, it is not completed\(why)")
        }
        if job.operation.isQuery { return try list(batch, form) }
        let outcomes = try await call.session.outcomes(batch)
        return Response(
            status: .ok, headers: [.contentType: form.contentType],
            body: .pieces(from: (outcomes, AsyncResultText(form))) { try $0.1.next(&$0.0) })
    }

    /// A query has one result.
    private func list(_ batch: BulkBatch, _ form: BulkForm) throws -> Response {
        let id = Self.resultID(of: batch)
        switch AsyncForm(of: form) {
        case .json:
            var json = JSONWriter()
            json.array { $0.string(id.description) }
            return AsyncForm.json.response(json.bytes)
        case .xml:
            return AsyncForm.xml.response(Array(AsyncForm.document("result-list", "<result>\(id)</result>").utf8))
        }
    }

    @Sendable func rows(_ call: AsyncCall) async throws -> Response {
        let (job, batch) = try await call.batch()
        guard job.operation.isQuery, batch.state == .completed, try call.id("result") == Self.resultID(of: batch) else {
            throw PlatformError(.invalidBatch, "Unable to find the result in the batch")
        }
        return Response(
            status: .ok, headers: [.contentType: try BulkForm(job.form).contentType],
            body: .bytes(of: try await call.session.rows(batch)))
    }

    private static func resultID(of batch: BulkBatch) -> RecordID {
        RecordID(prefix: resultPrefix, sequence: batch.id.sequence)
    }

    private static let resultPrefix: KeyPrefix = {
        guard let prefix = KeyPrefix("752") else { preconditionFailure("752 is a key prefix") }
        return prefix
    }()
}

/// Results of rows in the form of their job, some at a time.
private struct AsyncResultText {
    private let form: BulkForm
    private var csv: CSVWriter
    private var hasBegun = false
    private var isOver = false
    private var isFirst = true

    private static let bytesInPiece = 1 << 17

    init(_ form: BulkForm) {
        self.form = form
        csv = form.csv
    }

    mutating func next(_ outcomes: inout BulkOutcomes) throws -> [UInt8]? {
        if isOver { return nil }
        var out: [UInt8] = []
        if !hasBegun { begin(&out) }
        hasBegun = true
        while out.count < Self.bytesInPiece {
            guard let row = try outcomes.next() else {
                isOver = true
                end(&out)
                break
            }
            write(row, into: &out)
        }
        return out
    }

    private mutating func begin(_ out: inout [UInt8]) {
        switch form.content {
        case .csv:
            csv.append(to: &out) { csv in
                for name in ["Id", "Success", "Created", "Error"] { csv.text(name) }
                csv.endRow()
            }
        case .json: out.append(UInt8(ascii: "["))
        case .xml: out += #"<?xml version="1.0" encoding="UTF-8"?><results xmlns="\#(AsyncXML.namespace)">"#.utf8
        }
    }

    private func end(_ out: inout [UInt8]) {
        switch form.content {
        case .csv: break
        case .json: out.append(UInt8(ascii: "]"))
        case .xml: out += "</results>".utf8
        }
    }

    private mutating func write(_ row: BulkOutcomes.Row, into out: inout [UInt8]) {
        var (id, isCreated, refusals) = (RecordID?.none, false, [BulkOutcomes.Refusal]())
        switch row {
        case .done(let done, let created): (id, isCreated) = (done, created)
        case .refused(let errors): refusals = errors
        }
        switch form.content {
        case .csv:
            csv.append(to: &out) { csv in
                csv.value(id.map { .id($0) } ?? .null)
                csv.value(.boolean(id != nil))
                csv.value(.boolean(isCreated))
                csv.text(refusals.map(\.bulkText).joined(separator: ";"))
                csv.endRow()
            }
        case .json:
            if !isFirst { out.append(UInt8(ascii: ",")) }
            var json = JSONWriter()
            json.object { Self.write(id, isCreated, refusals, into: &$0) }
            out += json.bytes
        case .xml:
            out += "<result>".utf8
            if let id { out += "<id>\(id)</id>".utf8 }
            out += "<success>\(id != nil)</success><created>\(isCreated)</created>".utf8
            for refusal in refusals {
                out += "<errors>".utf8
                for field in refusal.fields { out += "<fields>\(SOAPText.escaped(field))</fields>".utf8 }
                out += "<message>\(SOAPText.escaped(refusal.message))</message>".utf8
                out += "<statusCode>\(refusal.code)</statusCode></errors>".utf8
            }
            out += "</result>".utf8
        }
        isFirst = false
    }

    private static func write(
        _ id: RecordID?, _ isCreated: Bool, _ refusals: [BulkOutcomes.Refusal], into json: inout JSONWriter
    ) {
        json.key("success")
        json.boolean(id != nil)
        json.key("created")
        json.boolean(isCreated)
        json.key("id")
        json.value(id.map { .id($0) } ?? .null)
        json.key("errors")
        json.array { json in
            for refusal in refusals {
                json.object { json in
                    json.member("message", refusal.message)
                    json.key("fields")
                    json.array { json in for field in refusal.fields { json.string(field) } }
                    json.member("statusCode", refusal.code)
                    json.key("extendedErrorDetails")
                    json.null()
                }
            }
        }
    }
}
