import AzukariTesting
import Foundation
import Records
import Testing

@testable import Engine

/// What becomes of bulk jobs beside their being carried out.
struct JobTests {
    /// A job of two contacts, one of whom is there already.
    private func job(_ session: Session, _ rows: String, closed: Bool) async throws -> (RecordID, RecordID) {
        let job = try await session.makeJob(
            NewBulkJob(kind: .ingest, operation: .insert, object: "Contact", externalID: nil, form: "{}"))
        let upload = try await session.upload(to: job.id)
        try upload.write(Array("LastName,Email\n\(rows)".utf8), at: 0)
        let batch = try await upload.finish(waits: false)
        if closed { _ = try await session.closeJob(job.id) }
        return (job.id, batch.id)
    }

    private func sent(_ job: RecordID, _ session: Session) async throws -> String? {
        let batch = try #require(try await session.batches(of: job).first)
        guard let bytes = try? await session.sent(batch) else { return nil }
        return String(decoding: try bytes.read(from: 0, upTo: bytes.count), as: UTF8.self)
    }

    @Test(arguments: [true, false])
    func `an erasure and a restriction end jobs that hold the person, and remove their rows`(erases: Bool) async throws
    {
        try await PersonTables.with { tables in
            let session = tables.session
            let contact = try await tables.sato()
            let (waiting, _) = try await job(session, "x,Kenichi@Example.JP\n", closed: true)
            let (open, _) = try await job(session, "\(contact.text15),\n", closed: false)
            let (other, _) = try await job(session, "y,other@example.com\n", closed: true)
            if erases {
                let request = try await session.make(
                    "DataSubjectRequest",
                    ["Kind": "Erasure", "Status": "Received", "SubjectRecordId": .text(contact.description)])
                let plan = try await session.previewErasure(of: contact, policy: .standard)
                _ = try await session.erase(plan, request: request)
            } else {
                _ = try await session.restrict(contact, request: tables.id("DataSubjectRequest", 1))
            }
            for ended in [waiting, open] {
                #expect(try await session.job(ended).state == .aborted)
                #expect(try await sent(ended, session) == nil)
            }
            #expect(try await session.job(other).state == .closed)
            #expect(try await sent(other, session)?.contains("other@example.com") == true)
        }
    }

    @Test func `jobs that nobody has touched for a week are removed`() async throws {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, engine in
            let (old, _) = try await job(session, "x,\n", closed: true)
            clock.advance(days: 5)
            let (young, _) = try await job(session, "y,\n", closed: true)
            clock.advance(days: 3)
            #expect(try await engine.removeExpiredJobs() == 1)
            await #expect(throws: PlatformError(.notFound, "")) { _ = try await session.job(old) }
            #expect(try await sent(young, session)?.contains("y") == true)
            let folders = try FileManager.default.contentsOfDirectory(atPath: engine.folder.jobs)
            #expect(folders.filter { $0.hasPrefix("750") } == [young.description])
        }
    }

    @Test func `the work of a user who may not sign in any more fails`() async throws {
        try await Writing.withSession { session, engine in
            let (id, _) = try await job(session, "x,\n", closed: true)
            // The product's own users have no sessions of their own.
            #expect(try await engine.takeWork(queries: false) == nil)
            let batch = try #require(try await session.batches(of: id).first)
            #expect(batch.state == .failed && batch.message?.hasPrefix("InvalidUser") == true)
        }
    }

    @Test(arguments: [
        (["kenichi@example.jp"], "…Kenichi@Example.JP…", true), (["kenichi@example.jp"], "kenichi@example.j", false),
        (["abc"], "abcdef", false), (["003000000000001"], "\"003000000000001AAA\"", true),
        (["abcd", "bcde"], "xbcde", true),
        ([], "anything", false), (["abcd"], "abc", false), (["日本太郎"], "「日本太郎」", true),
    ])
    func `texts are found in bytes, all at once`(texts: [String], data: String, isThere: Bool) {
        #expect(Needles(texts).areIn(Data(data.utf8)) == isThere)
    }
}
