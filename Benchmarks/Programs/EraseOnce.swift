import ArgumentParser
import Engine
import Foundation
import Privacy
import Records

/// Erases people one after the other among whatever the organisation holds, and tells the median time of one.
struct EraseOnce: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Make people with 20 cases and 60 comments and mails each, and erase them."
    )

    @Argument(help: "The organisation's folder.")
    var folder: String

    @Option(help: "How many people.")
    var people = 21

    func run() async throws {
        let engine = try await Engine.open(folder: folder, environment: .system)
        let session = engine.systemSession(as: .operator, reason: "benchmark of erasure")
        // The index of what was loaded is no part of an erasure.
        _ = try await session.search("zzzz", in: nil, limit: 1)
        let requests = Requests(session, environment: .system)
        var milliseconds: [Double] = []
        for number in 0..<people {
            let person = try await make(number, session)
            let request = try await requests.open(.init(.erasure, of: person, channel: "Desk", language: "en"))
            _ = try await requests.verify(request.id, method: "benchmark")
            _ = try await requests.approve(request.id)
            let clock = ContinuousClock()
            let begun = clock.now
            let plan = try await session.previewErasure(of: person, policy: .standard)
            _ = try await session.erase(plan, request: request.id)
            milliseconds.append((clock.now - begun) / .milliseconds(1))
        }
        await engine.close()
        let median = milliseconds.sorted()[people / 2]
        print(#"{"medianMilliseconds": \#(median), "people": \#(people)}"#)
    }

    private func make(_ number: Int, _ session: Session) async throws -> RecordID {
        let email = "erase-\(number)@example.org"
        let contact = try await session.create(
            Batch("Contact", ["LastName": .text("Zimmer\(number)"), "FirstName": "Ada", "Email": .text(email)]),
            onFailure: .rollbackAll
        ).compactMap(\.id)
        let cases = try await session.create(
            Batch(
                "Case", fields: ["ContactId", "Subject", "Description", "SuppliedEmail"],
                rows: (0..<20).map { place in
                    [
                        .id(contact[0]), .text("Case \(place)"), .text("Says Ada Zimmer\(number), write to \(email)."),
                        .text(email),
                    ]
                }
            ),
            onFailure: .rollbackAll
        ).compactMap(\.id)
        _ = try await session.create(
            Batch(
                "CaseComment", fields: ["ParentId", "CommentBody"],
                rows: (0..<30).map { [.id(cases[$0 % 20]), .text("Called Ada Zimmer\(number) back.")] }
            ),
            onFailure: .rollbackAll
        )
        _ = try await session.create(
            Batch(
                "EmailMessage", fields: ["ParentId", "FromAddress", "TextBody", "Incoming"],
                rows: (0..<30).map { [.id(cases[$0 % 20]), .text(email), .text("Regards, Ada Zimmer\(number)"), true] }
            ),
            onFailure: .rollbackAll
        )
        return contact[0]
    }
}
