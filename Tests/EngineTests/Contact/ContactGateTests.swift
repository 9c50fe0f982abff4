import AzukariTesting
import Engine
import Records
import Testing

struct ContactGateTests {
    /// How somebody said no, and what is refused for it.
    enum No: CaseIterable, Sendable {
        case flag, consent, event, forgotten
    }

    private func person(who no: No?, to channel: ContactChannel, _ session: Session) async throws -> RecordID {
        let individual = try await session.make("Individual", ["LastName": "x"])
        let contact = try await session.make(
            "Contact", ["LastName": "x", "Email": "x@example.org", "IndividualId": .id(individual)]
        )
        switch no {
        case nil: break
        case .flag:
            _ = try await session.update(
                Batch("Contact", fields: ["Id", channel.optOutField], rows: [[.id(contact), true]]),
                onFailure: .rollbackAll
            )
        case .consent:
            try await session.make(
                "ContactPointTypeConsent",
                [
                    "Name": "c", "PartyId": .id(individual), "ContactPointType": .text(channel.rawValue),
                    "PrivacyConsentStatus": "OptOut", "CaptureDate": "2026-01-01",
                ]
            )
        case .event:
            for (status, day) in [("OptIn", "2026-01-01"), ("OptOut", "2026-02-01")] {
                try await session.make(
                    "ConsentEvent",
                    [
                        "ContactId": .id(contact), "Channel": .text(channel.rawValue), "Status": .text(status),
                        "CaptureDate": .text(day), "Method": "WebForm",
                    ]
                )
            }
        case .forgotten:
            _ = try await session.update(
                Batch("Individual", ["Id": .id(individual), "ShouldForget": true]), onFailure: .rollbackAll
            )
        }
        return contact
    }

    private func send(_ channel: ContactChannel, to contact: RecordID, _ session: Session) async throws -> Outcome {
        switch channel {
        case .email, .fax:
            try await session.create(
                Batch(
                    "EmailMessage",
                    [
                        "ToAddress": "Other <o@example.org>; X@example.org", "Subject": "s", "Incoming": false,
                        "Status": "3",
                    ]
                ), onFailure: .rollbackAll
            )[0]
        case .phone:
            try await session.create(
                Batch("Task", ["WhoId": .id(contact), "CallType": "Outbound", "Subject": "call"]),
                onFailure: .rollbackAll
            )[0]
        }
    }

    @Test(arguments: No.allCases, [ContactChannel.email, .phone])
    func `a send to somebody who said no is refused with the record that says it, and counted`(
        no: No, channel: ContactChannel
    ) async throws {
        try await Writing.withSession { session, _ in
            let contact = try await person(who: no, to: channel, session)
            let decision = try await session.contactDecision(channel, address: nil, person: contact)
            #expect(!decision.isAllowed)
            let outcome = try await send(channel, to: contact, session)
            #expect(outcome.errors.map(\.code) == [.cannotInsertUpdateActivateEntity])
            let message = try #require(outcome.errors.first?.message)
            #expect(message.contains(try #require(decision.reasons.first).record.description))
            #expect(!message.contains("example.org"))
            #expect(try await session.rowCount("SELECT Id FROM EmailMessage") == 0)
            #expect(try await session.rowCount("SELECT Id FROM Task") == 0)
            #expect(try await session.refusedContacts(of: contact, limit: 10).map(\.channel) == [channel])
        }
    }

    @Test(arguments: [ContactChannel.email, .phone])
    func `a send to somebody who did not say no goes out`(channel: ContactChannel) async throws {
        try await Writing.withSession { session, _ in
            let contact = try await person(who: nil, to: channel, session)
            #expect(try await session.contactDecision(channel, address: "x@example.org", person: contact).isAllowed)
            #expect(try await send(channel, to: contact, session).errors.isEmpty)
        }
    }

    @Test func `what came in, what is a draft, and what was sent long ago is no send`() async throws {
        try await Writing.withSession { session, _ in
            _ = try await person(who: .flag, to: .email, session)
            for (incoming, status, date) in [
                (true, "0", "2026-11-23"), (false, "5", "2026-11-23"), (false, "3", "2024-01-01"),
            ] {
                let outcome = try await session.create(
                    Batch(
                        "EmailMessage",
                        [
                            "ToAddress": "x@example.org", "Incoming": .boolean(incoming), "Status": .text(status),
                            "MessageDate": .text(date),
                        ]
                    ), onFailure: .rollbackAll
                )[0]
                #expect(outcome.errors.isEmpty)
            }
        }
    }
}
