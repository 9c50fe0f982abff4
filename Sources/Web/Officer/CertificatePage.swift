import Engine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Privacy
import Records

/// The certificate of an erasure, as a page to be framed: what, when, by whom, the proof, and how to check it.
enum CertificatePage {
    /// What the page shows.
    struct Page: Sendable {
        let request: String
        let requestHref: String
        let downloadHref: String
        let number: String
        let facts: [Fact]
        let columns: [String]
        let rows: [Row]
        let kept: [String]
        let hasKept: Bool
        let proof: [Fact]
        let commands: [String]
    }

    /// What was done to an object: a number for each fate.
    struct Row: Sendable {
        let label: String
        let counts: [Count]
    }

    struct Count: Sendable {
        let label: String
        let value: String
        let isNothing: Bool
    }

    static func show(_ visit: Visit) async throws -> Response {
        let request = try await RequestPage.request(visit)
        let certificate = try await certificate(of: request, visit)
        let words = visit.words
        let file = try certificate.read()
        let deed = file.statement
        let names = try await visit.names(of: Set([deed.approvedBy].compactMap { $0.flatMap { RecordID($0) } }))
        let columns = [Fate.delete, .anonymise, .redact, .keep].map { words("preview.\($0.rawValue)") }
        let kept = (deed.kept ?? [:]).sorted { $0.key < $1.key }
        let page = Page(
            request: request.name, requestHref: "/privacy/\(request.id)",
            downloadHref: "/privacy/\(request.id)/certificate/json",
            number: words("certificate.number", ["number": certificate.name]),
            facts: [
                Fact(words("certificate.organisation"), visit.organisation.name),
                Fact(words("certificate.issued"), visit.dates.moment(certificate.issued)),
                Fact(words("certificate.request"), request.name),
                Fact(words("certificate.regulation"), visit.regulationName(request.regulation)),
                Fact(words("certificate.approved_by"), deed.approvedBy.flatMap { RecordID($0) }.flatMap { names[$0] }),
                Fact(
                    words("certificate.key"),
                    words.count("certificate.keys_destroyed", deed.keysDestroyed ?? 0)
                ),
            ].compactMap { $0 },
            columns: columns, rows: rows(deed, columns, visit),
            kept: kept.map { object, kept in
                "\(visit.objectLabel(object)): \(PreviewPage.ground(kept.ground, until: kept.until, visit))"
            },
            hasKept: !kept.isEmpty,
            proof: [
                Fact(words("certificate.origin"), file.origin),
                Fact(words("certificate.index"), Words.grouped(file.index)),
                Fact(words("certificate.checkpoint"), file.size),
                Fact(words("certificate.root"), file.root),
                Fact(words("certificate.signature"), file.signature),
            ].compactMap { $0 },
            commands: [
                "curl -O https://\(visit.host)/evidence-key",
                "azukari verify certificate-\(request.name).json --key evidence-key",
                "sha256sum certificate-\(request.name).json",
            ]
        )
        return visit.page("certificate", title: "\(words("certificate.title")) \(request.name)", at: .privacy, page)
    }

    /// The file itself, byte for byte as it was issued.
    static func download(_ visit: Visit) async throws -> Response {
        let request = try await RequestPage.request(visit)
        let certificate = try await certificate(of: request, visit)
        return .file(
            Array(certificate.body.utf8), name: "certificate-\(request.name).json", type: "application/json"
        )
    }

    private static func certificate(of request: DataSubjectRequest, _ visit: Visit) async throws -> IssuedCertificate {
        let record = try await visit.one(
            "SELECT Id, Name, Body, IssuedDate FROM ErasureCertificate WHERE RequestId = :id LIMIT 1", id: request.id
        )
        guard let record, let body = record.text("Body"), let issued = record.moment("IssuedDate") else {
            throw NothingHere()
        }
        return IssuedCertificate(name: record.text("Name") ?? request.name, issued: issued, body: body)
    }

    private static func rows(_ deed: IssuedCertificate.Statement, _ columns: [String], _ visit: Visit) -> [Row] {
        // Redactions are counted by field; the page tells them by object.
        var redacted: [String: Int] = [:]
        for (field, count) in deed.redacted ?? [:] { redacted[String(field.prefix { $0 != "." }), default: 0] += count }
        let kept = (deed.kept ?? [:]).mapValues(\.count)
        let fates = [deed.deleted ?? [:], deed.anonymised ?? [:], redacted, kept]
        return Set(fates.flatMap(\.keys)).sorted().map { object in
            Row(
                label: visit.objectLabel(object),
                counts: zip(columns, fates).map { label, fate in
                    let number = fate[object] ?? 0
                    return Count(label: label, value: Words.grouped(number), isNothing: number == 0)
                }
            )
        }
    }
}

/// A certificate as it was issued, and what its parts say.
struct IssuedCertificate: Sendable {
    let name: String
    let issued: Instant
    /// The JSON of the file.
    let body: String

    /// The statement that the evidence log holds.
    struct Statement: Sendable, Decodable {
        let approvedBy: String?
        let deleted: [String: Int]?
        let anonymised: [String: Int]?
        let redacted: [String: Int]?
        let kept: [String: Kept]?
        let keysDestroyed: Int?

        struct Kept: Sendable, Decodable {
            let count: Int
            let ground: String
            let until: String?
        }
    }

    /// The parts of the file for the eye. Whoever wants proof runs `azukari verify`.
    struct Parts: Sendable {
        let statement: Statement
        let index: Int
        let origin: String
        let size: String
        let root: String
        let signature: String
    }

    private struct File: Decodable {
        let entry: String
        let index: Int
        let checkpoint: String
    }

    /// - Throws: `UNKNOWN_EXCEPTION` where the stored file is not a certificate.
    func read() throws -> Parts {
        do {
            let file = try JSONDecoder().decode(File.self, from: Data(body.utf8))
            let statement = try JSONDecoder().decode(Statement.self, from: Data(file.entry.utf8))
            // C2SP tlog-checkpoint: origin, size, root hash, an empty line, signatures.
            let lines = file.checkpoint.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return Parts(
                statement: statement, index: file.index, origin: lines.first ?? "",
                size: lines.count > 1 ? lines[1] : "", root: lines.count > 2 ? lines[2] : "",
                signature: lines.last { $0.hasPrefix("— ") }?.split(separator: " ").last.map(String.init) ?? ""
            )
        } catch is DecodingError {
            throw PlatformError(.unknownException, "The stored certificate \(name) cannot be read.", detail: name)
        }
    }
}

extension Response {
    /// A file to keep.
    static func file(_ bytes: [UInt8], name: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .contentDisposition: "attachment; filename=\"\(name)\"", .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}

extension Visit {
    /// The name of an object for readers, as the desk calls it where it has a word of its own; its API name where they
    /// may not see it.
    func objectLabel(_ name: String) -> String {
        words.known("object.\(name)") ?? schema.object(name)?.label(words.language) ?? name
    }
}
