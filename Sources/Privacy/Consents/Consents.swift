public import Engine
public import Records

/// What people decided about being reached, with proof, and the records that follow from it.
///
/// ## Topics
/// - Deciding: ``record(_:of:)``
/// - Looking: ``states(of:)``, ``history(of:)``
/// - Mending: ``keepInStep(_:)``
///
/// A decision is a ``ConsentEvent``, and the latest of a channel counts. The opt-out flags of the person's contacts and
/// leads, and their contact point type consents, are made to follow it.
public struct Consents: Sendable {
    let session: Session
    let environment: Environment

    /// How long after a decision the same again is taken for a repeated call: a form sent twice, a retry.
    private static let repeatSeconds: Int64 = 600

    public init(_ session: Session, environment: Environment) {
        self.session = session
        self.environment = environment
    }

    /// Records a decision and brings the flags and consents of the person in step with it.
    ///
    /// The event is written first, and the rest follows from the events. So when a crash or a refusal comes between,
    /// the same call again records nothing twice and finishes the rest.
    /// - Parameter person: The Contact, Lead or Individual.
    /// - Throws: `REQUIRED_FIELD_MISSING` for an opt-in without the text shown; `INVALID_CROSS_REFERENCE_KEY` when
    ///   there is no such person.
    @discardableResult
    public func record(_ decision: ConsentDecision, of person: RecordID) async throws -> ConsentEvent {
        let now = environment.now()
        try decision.check(now: now)
        let people = try await people(of: person)
        let known = try await events(of: people).filter { $0.channel == decision.channel }
        if let same = known.first, isRepeated(decision, same, now) {
            try await keepInStep(people, decision.channel)
            return same
        }
        let named = try await recorded(decision, at: decision.captured ?? now, people, through: person, known)
        try await keepInStep(people, decision.channel)
        guard let event = try await events(of: people).first(where: { $0.id == named }) else {
            throw PlatformError(.unknownException, "The consent was recorded and cannot be read by this user.")
        }
        return event
    }

    /// All decisions of a person, the latest first; 2,000 at most.
    public func history(of person: RecordID) async throws -> [ConsentEvent] {
        try await events(of: PersonRecords(of: person, session))
    }

    /// Where a person stands on each channel now.
    public func states(of person: RecordID) async throws -> [ConsentState] {
        let people = try await people(of: person)
        let events = try await events(of: people)
        let reached = people.contacts.first ?? people.leads.first ?? people.root
        var states: [ConsentState] = []
        for channel in ContactChannel.allCases {
            let ofChannel = events.filter { $0.channel == channel }
            // Since the first of the same decisions in a row: a consent that was confirmed is not younger for it.
            let since = ofChannel.prefix { $0.status == ofChannel.first?.status }.last?.captured
            states.append(
                ConsentState(
                    channel: channel, status: ofChannel.first?.status, since: since, proof: ofChannel.first,
                    decision: try await session.contactDecision(channel, address: nil, person: reached)
                )
            )
        }
        return states
    }

    /// Makes the flags and consents of a person follow the recorded decisions, where something was left behind.
    public func keepInStep(_ person: RecordID) async throws {
        let people = try await people(of: person)
        for channel in ContactChannel.allCases { try await keepInStep(people, channel) }
    }

    func people(of person: RecordID) async throws -> PersonRecords {
        let people = try await PersonRecords(of: person, session)
        guard !people.all.isEmpty else {
            throw PlatformError(
                .invalidCrossReferenceKey, "The record is not of a person, or there is none with this id.")
        }
        return people
    }

    /// The events of all of a person's records, the latest first.
    func events(of people: PersonRecords) async throws -> [ConsentEvent] {
        guard !people.all.isEmpty else { return [] }
        return try await session.query(
            """
            SELECT \(ConsentEvent.fields) FROM ConsentEvent
            WHERE IndividualId = :individual OR ContactId IN :contacts OR LeadId IN :leads
            ORDER BY CaptureDate DESC, Id DESC LIMIT 2000
            """,
            bindings: [
                "individual": .one(people.individual.map { .id($0) } ?? .id(people.root)),
                "contacts": .many(people.contacts.map(Value.id)), "leads": .many(people.leads.map(Value.id)),
            ]
        ).compactMap(ConsentEvent.init)
    }

    private func isRepeated(_ decision: ConsentDecision, _ event: ConsentEvent, _ now: Instant) -> Bool {
        guard event.proves(decision) else { return false }
        if let captured = decision.captured { return captured == event.captured }
        return event.captured >= now.adding(seconds: -Self.repeatSeconds)
    }

    /// Writes the event, and one more for each other record of the person whose own last event says the opposite: the
    /// gate asks each record for itself. All in one transaction.
    /// - Returns: The id of the first.
    private func recorded(
        _ decision: ConsentDecision, at captured: Instant, _ people: PersonRecords, through person: RecordID,
        _ known: [ConsentEvent]
    ) async throws -> RecordID {
        let first = people.all.contains(person) ? person : people.contacts.first ?? people.leads.first ?? people.root
        let opposed = people.all.filter { record in
            record != first && record != people.individual
                && known.first { $0.names(record) }?.status == decision.status.opposite
        }
        let text: (String?) -> Value = { text in text.map { $0.isEmpty ? .null : .text($0) } ?? .null }
        let rows = ([first] + opposed).map { record -> [Value] in
            [
                people.individual.map { .id($0) } ?? .null,
                people.contacts.contains(record) ? .id(record) : .null,
                people.leads.contains(record) ? .id(record) : .null,
                .text(decision.channel.rawValue), .text(decision.status.rawValue), .text(decision.method),
                text(decision.source), text(decision.textShown), text(decision.textVersion), text(decision.language),
                .datetime(captured), .id(session.user), text(decision.evidence),
            ]
        }
        let batch = Batch(
            "ConsentEvent",
            fields: [
                "IndividualId", "ContactId", "LeadId", "Channel", "Status", "Method", "Source", "TextShown",
                "TextVersion", "Language", "CaptureDate", "CapturedById", "Evidence",
            ],
            rows: rows
        )
        return try await session.create(batch, onFailure: .rollbackAll).onlyID()
    }
}
