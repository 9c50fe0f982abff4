import AzukariTesting
import Engine
import Foundation
import Records
import Testing

struct EvidenceTests {
    @Test func `a consent is in the log, proven, without a word of the person's`() async throws {
        try await withOrganisation { engine, folder in
            let session = engine.systemSession(as: .operator, reason: "test")
            let contact = try #require(
                try await session.create(
                    Batch("Contact", ["LastName": "Kowalczyk", "Email": "kowalczyk@example.org"]),
                    onFailure: .rollbackAll
                ).first?.id)
            let batch = Batch(
                "ConsentEvent",
                [
                    "ContactId": .id(contact), "Channel": "Email", "Status": "OptIn", "Method": "WebForm",
                    "TextShown": "May we write to Kowalczyk?", "TextVersion": "4", "Language": "en",
                    "CaptureDate": "2026-11-23T08:00:00Z",
                ])
            #expect(try await session.create(batch, onFailure: .rollbackAll).first?.errors.isEmpty == true)
            let bundle = try Data(contentsOf: URL(fileURLWithPath: folder + "/ledger/tile/entries/000.p/1"))
            let entry = String(decoding: bundle.dropFirst(2), as: UTF8.self)
            #expect(entry.contains(#""Channel":"Email""#))
            #expect(entry.contains(contact.description))
            #expect(!entry.contains("Kowalczyk"))
        }
    }

    @Test func `a consent that a load brings is in the log like any other`() async throws {
        try await withOrganisation { engine, folder in
            let session = engine.systemSession(as: .operator, reason: "test")
            let contact = try #require(
                try await session.create(Batch("Contact", ["LastName": "Kowalczyk"]), onFailure: .rollbackAll).first?.id
            )
            let rows: [[Value]] = ["OptIn", "OptOut"].map {
                [.id(contact), "Email", $0, "Import", "2026-11-23T08:00:00Z"]
            }
            let count = try await session.load(
                "ConsentEvent", fields: ["ContactId", "Channel", "Status", "Method", "CaptureDate"],
                rows: LoadTests.Pieces(pieces: [rows])
            ) { _ in }
            #expect(count.created == 2)
            let bundle = try Data(contentsOf: URL(fileURLWithPath: folder + "/ledger/tile/entries/000.p/2"))
            let entries = String(decoding: bundle, as: UTF8.self)
            #expect(entries.contains(#""Status":"OptIn""#) && entries.contains(#""Status":"OptOut""#))
        }
    }
}
