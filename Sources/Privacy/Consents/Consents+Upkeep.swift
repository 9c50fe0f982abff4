import Engine
import Records

extension Consents {
    /// Makes what follows from the latest decision on a channel true. Doing it again changes nothing.
    func keepInStep(_ people: PersonRecords, _ channel: ContactChannel) async throws {
        guard let latest = try await events(of: people).first(where: { $0.channel == channel }) else { return }
        try await keepFlags(people, latest)
        if let individual = people.individual { try await keepConsents(of: individual, latest) }
    }

    /// The flags that say no to a channel, on every contact and lead of the person.
    private func keepFlags(_ people: PersonRecords, _ latest: ConsentEvent) async throws {
        let field = latest.channel.optOutField
        let isOut = latest.status == .optOut
        for (object, ids) in [("Contact", people.contacts), ("Lead", people.leads)] where !ids.isEmpty {
            let otherwise = try await session.query(
                "SELECT Id FROM \(object) WHERE Id IN :ids AND \(field) = :other",
                bindings: ["ids": .many(ids.map(Value.id)), "other": .one(.boolean(!isOut))]
            ).compactMap(\.id)
            try await session.set(field, of: object, otherwise, to: .boolean(isOut))
        }
    }

    /// The consents by contact point type: those that say otherwise end when the decision was made, and it has its own.
    ///
    /// A decision is about the channel as a whole, so it reaches the consents for single purposes too: the gate asks by
    /// channel, and a refusal that was left behind would still be obeyed.
    private func keepConsents(of individual: RecordID, _ latest: ConsentEvent) async throws {
        let rows = try await session.query(
            """
            SELECT Id, PrivacyConsentStatus, CaptureDate, EffectiveFrom, EffectiveTo FROM ContactPointTypeConsent
            WHERE PartyId = :party AND ContactPointType = :channel LIMIT 2000
            """,
            bindings: ["party": .one(.id(individual)), "channel": .one(.text(latest.channel.rawValue))]
        )
        let opposing: Set<String> =
            latest.status == .optIn ? ["OptOut", "NotSeen", "OptOutPending"] : ["OptIn", "OptInPending"]
        let ended = rows.filter { row in
            let begins = row["EffectiveFrom"].datetime ?? row["CaptureDate"].datetime
            let ends = row["EffectiveTo"].datetime
            return opposing.contains(row["PrivacyConsentStatus"].text ?? "")
                && begins.map { $0 <= latest.captured } ?? true && ends.map { $0 > latest.captured } ?? true
        }.compactMap(\.id)
        let isThere = rows.contains {
            $0["PrivacyConsentStatus"].text == latest.status.rawValue && $0["CaptureDate"].datetime == latest.captured
        }
        // First its own, then the end of the others: between the two both are in force, and the stricter one counts.
        if !isThere {
            _ = try await makeConsent(
                of: individual, contactPointType: latest.channel.rawValue, latest.status, captured: latest.captured,
                source: latest.source, method: latest.method)
        }
        try await session.set("EffectiveTo", of: "ContactPointTypeConsent", ended, to: .datetime(latest.captured))
    }

    /// Makes the consent that a decision is, in force from then on.
    func makeConsent(
        of individual: RecordID, contactPointType type: String, _ status: ConsentStatus, captured: Instant,
        source: String?, method: String
    ) async throws -> RecordID {
        var values: [String: Value] = [
            "Name": .text("\(type) \(status.rawValue) \(captured.day)"), "PartyId": .id(individual),
            "ContactPointType": .text(type), "PrivacyConsentStatus": .text(status.rawValue),
            "CaptureDate": .datetime(captured), "CaptureSource": source.map { .text($0) } ?? .null,
            "EffectiveFrom": .datetime(captured),
        ]
        if let way = Self.contactPoints[method] { values["CaptureContactPointType"] = .text(way) }
        return try await session.createRow("ContactPointTypeConsent", values)
    }

    /// The contact point by which a method of recording reaches us; the others have none.
    private static let contactPoints = [
        "WebForm": "Web", "Phone": "Phone", "Email": "Email", "Paper": "MailingAddress", "InPerson": "InPerson",
    ]
}
