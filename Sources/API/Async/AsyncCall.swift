import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Loading
import Records

typealias AsyncHandler = @Sendable (AsyncCall) async throws -> Response

/// A call under `/services/async/V`.
struct AsyncCall: Sendable {
    let request: Request
    let context: EdgeContext
    let session: Session
    /// `59`
    let version: Int

    private static let bodyBytesMax = 64 * 1024

    /// The members of a `jobInfo`, by their names; some clients send numbers where others send words.
    func body() async throws -> [String: String] {
        let bytes = try await request.bytes(upTo: Self.bodyBytesMax)
        switch AsyncForm(of: request) {
        case .json:
            guard let members = (try? JSONValue(bytes, bytesMax: Self.bodyBytesMax))?.members else {
                throw PlatformError(.invalidJob, "The body is no JSON object.")
            }
            var found: [String: String] = [:]
            for member in members {
                found[member.name] = member.value.string ?? member.value.integer.map(String.init)
            }
            return found
        case .xml:
            guard let tree = try? XMLTree(bytes) else {
                throw PlatformError(.invalidInput, "The body is no XML document.")
            }
            return Dictionary(tree.children.map { ($0.name, $0.text) }) { first, _ in first }
        }
    }

    func job() async throws -> BulkJob {
        guard let id = try id("id") else { throw Self.noJob }
        let job: BulkJob
        do { job = try await session.job(id) } catch let error as PlatformError where error.code == .notFound {
            throw Self.noJob
        }
        guard job.kind == .batches else { throw Self.noJob }
        return job
    }

    func batch() async throws -> (BulkJob, BulkBatch) {
        let job = try await job()
        do {
            if let id = try id("batch") { return (job, try await session.batch(id, of: job.id)) }
        } catch let error as PlatformError where error.code == .notFound {}
        throw PlatformError(.invalidBatch, "Unable to find the batch in the job")
    }

    func id(_ name: String) throws -> RecordID? { context.parameters.get(name).flatMap { RecordID($0) } }

    func answer(_ job: BulkJob, status: HTTPResponse.Status = .ok) throws -> Response {
        let form = try BulkForm(job.form)
        let batches = job.batches
        var members = [
            AsyncMember("id", job.id.description), AsyncMember("operation", job.operation.rawValue),
            AsyncMember("object", job.object), AsyncMember("createdById", job.user.description),
            AsyncMember("createdDate", "\(job.created)"), AsyncMember("systemModstamp", "\(job.changed)"),
            AsyncMember("state", job.state == .open ? "Open" : job.state == .closed ? "Closed" : "Aborted"),
        ]
        if let externalID = job.externalID { members.append(AsyncMember("externalIdFieldName", externalID)) }
        members += [
            AsyncMember("concurrencyMode", form.isSerial ? "Serial" : "Parallel"),
            AsyncMember("contentType", form.content.rawValue),
            AsyncMember("numberBatchesQueued", batches.waiting),
            AsyncMember("numberBatchesInProgress", batches.running),
            AsyncMember("numberBatchesCompleted", batches.completed),
            AsyncMember("numberBatchesFailed", batches.failed), AsyncMember("numberBatchesTotal", batches.total),
            AsyncMember("numberRecordsProcessed", batches.rows), AsyncMember("numberRetries", 0),
            AsyncMember("apiVersion", "\(form.version).0"),
            AsyncMember("numberRecordsFailed", batches.rowsFailed),
            AsyncMember("totalProcessingTime", batches.milliseconds),
            AsyncMember("apiActiveProcessingTime", batches.milliseconds), AsyncMember("apexProcessingTime", 0),
        ]
        return AsyncForm(of: request).response("jobInfo", members, status: status)
    }

    private static let noJob = PlatformError(.invalidJob, "Unable to find the job")
}

extension Shared {
    /// A handler of the first bulk interface: its session may come in a header of its own, and its errors have a form of
    /// their own.
    func async(_ handle: @escaping AsyncHandler) -> Handler {
        { request, context in
            do {
                return try await handle(try await self.asyncCall(request, context))
            } catch let error as PlatformError {
                return AsyncErrorForm.response(
                    error, status: error.code == .unknownException ? .internalServerError : .badRequest,
                    form: AsyncForm(of: request))
            }
        }
    }

    private func asyncCall(_ request: Request, _ context: EdgeContext) async throws -> AsyncCall {
        let text = context.parameters.get("version") ?? ""
        guard text.hasSuffix(".0"), let version = Int(text.dropLast(2)), RESTCall.versions.contains(version) else {
            throw PlatformError(.unsupportedAPIVersion, "Invalid API version: \(text.prefix(20))")
        }
        let session: Session
        if let token = request.headers[.xSFDCSession] {
            guard let found = try await identity.session(token: token) else {
                throw PlatformError(.invalidSessionID, "Invalid session id")
            }
            session = found
        } else {
            session = try await self.session(of: request)
        }
        try usage.countOne(of: session.user)
        return AsyncCall(
            request: request, context: context, session: session.noted(in: context.facts), version: version)
    }
}
