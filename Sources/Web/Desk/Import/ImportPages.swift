import Engine
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Loading
import NIOCore
import Records

/// Somebody brings the rows of a file in: they hand it over, say which column is which field, look at what would come of it, and
/// have it done as a job that goes on without them.
struct ImportPages: Sendable {
    /// Tells whoever carries jobs out that there is one.
    let wake: @Sendable () -> Void

    static let path = "/import"
    /// Operations that are offered, the harmless first.
    static let operations: [BulkOperation] = [.insert, .upsert, .update, .delete]

    /// What the first page shows.
    struct Page: Sendable {
        let token: String
        let error: Notice?
        let objects: [Choice]
        let operations: [Choice]
        let encodings: [Choice]
        let delimiters: [Choice]
        let rows: String
        let jobs: [JobRow]
        let hasJobs: Bool
        let limit: String
    }

    /// A job of an earlier day.
    struct JobRow: Sendable {
        let href: String
        let name: String
        let deed: String
        let rows: String
        let refused: String?
        let state: StateWord
        let time: TimeView
    }

    func show(_ visit: Visit) async throws -> Response { try await page(visit, typed: try visit.query()) }

    /// Rows that were pasted, as a form sends them.
    func paste(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let rows = form["rows"] ?? ""
        do {
            let taking = try Taking(form, name: visit.words("import.pasted"), visit)
            let job = try await taking.take(RequestBody(buffer: ByteBuffer(string: rows)))
            return .seeOther("\(Self.path)/\(job.id)")
        } catch let fault as FileFault {
            return try await page(visit, typed: form, error: Self.text(of: fault, visit.words))
        } catch let error as PlatformError {
            return try await page(visit, typed: form, error: Refusal.text(error, object: nil, words: visit.words))
        }
    }

    /// A file, as the page's script sends it: the body is the file, and the answer leads to the next page or says in a sentence
    /// why there is none.
    func upload(_ visit: Visit) async throws -> Response {
        try FormToken.checkHeader(of: visit.request)
        let name = visit.request.headers[.fileName].flatMap { PercentEncoding.decode($0[...], plusIsSpace: false) }
        do {
            let taking = try Taking(try visit.query(), name: String((name ?? "").suffix(255)), visit)
            let job = try await taking.take(visit.request.body)
            return Response(
                status: .created, headers: [.location: "\(Self.path)/\(job.id)", .cacheControl: "no-store"])
        } catch let fault as FileFault {
            return Self.refusal(Self.text(of: fault, visit.words))
        } catch let error as PlatformError {
            return Self.refusal(Refusal.text(error, object: nil, words: visit.words))
        } catch is RefusedRequest {
            return Self.refusal(visit.words("import.too_large", ["limit": Self.limit]), status: .contentTooLarge)
        }
    }

    private static func refusal(_ text: String, status: HTTPResponse.Status = .badRequest) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func page(_ visit: Visit, typed: FormFields, error: String? = nil) async throws -> Response {
        let words = visit.words
        let jobs = try await visit.session.jobs([.ingest], before: nil, limit: 200)
        let rows = jobs.compactMap { job in ImportJob(job).map { $0.row(visit) } }
        let chosen = typed["object"] ?? "Contact"
        let page = Page(
            token: visit.token.text, error: error.map { .failed($0) },
            objects: visit.importObjects.map {
                Choice($0.name, $0.label(words.language), isChosen: $0.name == chosen)
            },
            operations: Self.operations.map {
                Choice(
                    $0.rawValue, words("import.\($0.rawValue)"),
                    isChosen: $0.rawValue == typed["operation"] ?? Self.operations[0].rawValue,
                    hint: words("import.\($0.rawValue)_hint"))
            },
            encodings: Self.choices(FileIntake.encodings, typed["encoding"]) { $0 == "CP932" ? "Shift_JIS" : $0 },
            delimiters: Self.choices(FileIntake.delimiters, typed["delimiter"]) {
                words.known("import.delimiter_\($0)") ?? $0
            },
            rows: typed["rows"] ?? "", jobs: Array(rows.prefix(50)), hasJobs: !rows.isEmpty,
            limit: words("import.limit", ["limit": Self.limit]))
        return visit.page(
            "import", title: words("import.title"), at: nil, page, status: error == nil ? .ok : .badRequest
        ).talking
    }

    private static var limit: String { "\(Limits.uploadBytesMax >> 20) MB" }

    private static func choices(_ names: [String], _ chosen: String?, label: (String) -> String) -> [Choice] {
        names.map { Choice($0, label($0), isChosen: $0 == chosen) }
    }

    private static func text(of fault: FileFault, _ words: Words) -> String {
        switch fault {
        case .empty: words("import.fault_empty")
        case .noRows: words("import.fault_no_rows")
        case .workbook: words("import.fault_workbook")
        case .unreadable: words("import.fault_unreadable")
        }
    }
}

extension Visit {
    /// Objects whose records this session may write.
    var importObjects: [ObjectSchema] {
        schema.objects.filter { !$0.isInternal && ($0.isCreateable || $0.isUpdateable) }
            .sorted { ($0.label(words.language), $0.name) < ($1.label(words.language), $1.name) }
    }
}

/// A file on its way to becoming a job.
private struct Taking {
    private let object: ObjectSchema
    private let operation: BulkOperation
    private let name: String
    private let intake: FileIntake
    private let visit: Visit

    init(_ fields: FormFields, name: String, _ visit: Visit) throws {
        let encoding = fields["encoding"].flatMap { $0.isEmpty ? nil : $0 }
        let delimiter = fields["delimiter"].flatMap { $0.isEmpty ? nil : $0 }
        guard let object = fields["object"].flatMap({ name in visit.importObjects.first { $0.name == name } }),
            let operation = fields["operation"].flatMap(BulkOperation.init(rawValue:)),
            ImportPages.operations.contains(operation),
            let intake = FileIntake(encoding: encoding, delimiter: delimiter)
        else { throw PlatformError(.missingArgument, "object and operation are needed") }
        self.object = object
        self.operation = operation
        self.name = name
        self.intake = intake
        self.visit = visit
    }

    /// Keeps the file as it comes, and makes the job that is to be asked about.
    func take(_ body: RequestBody) async throws -> BulkJob {
        let session = visit.session
        var new = NewBulkJob(
            kind: .ingest, operation: operation, object: object.name, externalID: nil, form: BulkForm().text)
        let job = try await session.makeJob(new)
        do {
            let upload = try await session.upload(to: job.id)
            var form: BulkForm
            do {
                form = try await send(body, to: upload)
            } catch {
                upload.cancel()
                throw error
            }
            let batch = try await upload.finish(waits: false)
            let sample = try ImportTrial(sample: Self.rowsSeen, of: try await session.sent(batch), form: form)
            form.targets =
                MappingProposal(
                    header: sample.header, samples: sample.rows.map(\.cells), object: object, schema: visit.schema
                ).targets
            if operation == .upsert { new.externalID = key(among: form.targets)?.name }
            new.form = form.text
            return try await session.changeJob(job.id, to: new)
        } catch {
            // Nothing is left of what was not taken whole.
            _ = try? await session.abortJob(job.id)
            try? await session.removeJob(job.id)
            throw error
        }
    }

    private static let rowsSeen = 200

    /// By what the records are known: an external id that a column goes to, else the id.
    private func key(among targets: [ColumnTarget]) -> Field? {
        let named = Set(targets.map { $0.field.lowercased() })
        return object.fields.first { $0.isExternalID && named.contains($0.name.lowercased()) }
            ?? object.fields.first { $0.type == .id }
    }

    private func send(_ body: RequestBody, to upload: BulkUpload) async throws -> BulkForm {
        var intake = intake
        var (taken, kept) = (0, 0)
        var fault: (any Error)?
        for try await piece in body {
            taken += piece.readableBytes
            guard taken <= Limits.uploadBytesMax else { throw RefusedRequest.bodyTooLarge }
            // A browser reads the answer when all is sent: the rest of a file that is refused is thrown away.
            if fault != nil { continue }
            do {
                let text = try intake.take(piece.readableBytesView)
                try upload.write(text, at: kept)
                kept += text.count
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        var (rest, form) = try intake.finish(name: name)
        try upload.write(rest, at: kept)
        form.timeZone = visit.dates.zone.identifier
        return form
    }
}
