public import Engine
public import Records

/// What is asked about a person.
public struct ConsentQuestion: Sendable {
    public var action: ConsentAction
    /// The name of a purpose: consents for others do not count.
    public var purpose: String?
    /// As it was, or will be, at this moment; now when nil.
    public var moment: Instant?
    /// Whether nothing known means no.
    public var needsExplicitConsent: Bool

    public init(action: ConsentAction, purpose: String?, moment: Instant?, needsExplicitConsent: Bool) {
        self.action = action
        self.purpose = purpose
        self.moment = moment
        self.needsExplicitConsent = needsExplicitConsent
    }
}

/// Whether an action may go on, and what said so.
public struct ConsentAnswer: Sendable {
    public let mayProceed: Bool
    public let consulted: [Consulted]

    init(mayProceed: Bool, consulted: [Consulted]) {
        self.mayProceed = mayProceed
        self.consulted = consulted
    }

    /// One answer for several people: no as soon as one says no, or is not there to be asked.
    public init(together answers: [ConsentAnswer?]) {
        mayProceed = answers.allSatisfy { $0?.mayProceed == true }
        consulted = answers.flatMap { $0?.consulted ?? [] }
    }

    /// A record that was asked.
    public struct Consulted: Sendable {
        public let object: String
        public let record: RecordID
        public let field: String
        /// Such as `true` or `OptOut`.
        public let value: String
        /// Whether it lets the action go on.
        public let isFor: Bool
    }
}

extension Consents {
    /// Whether an action may go on with a record: of a Contact, Lead, Individual or User.
    ///
    /// - Returns: Nil when there is no such record, or this session may not see it.
    public func answer(_ question: ConsentQuestion, about record: RecordID) async throws -> ConsentAnswer? {
        guard try await isVisible(record) else { return nil }
        if record.prefix == KeyPrefix("005") {
            let individual = try await session.query(
                "SELECT IndividualId FROM User WHERE Id = :user", bindings: ["user": .one(.id(record))]
            ).first?["IndividualId"].id
            guard let individual else { return answer(question, []) }
            return try await answer(question, about: individual)
        }
        let people = try await PersonRecords(of: record, session)
        return people.all.isEmpty ? nil : answer(question, try await consulted(question, people))
    }

    /// The same for everybody who has an e-mail address. Where nobody has it, nobody agreed.
    public func answer(_ question: ConsentQuestion, aboutAddress address: String) async throws -> ConsentAnswer {
        var consulted: [ConsentAnswer.Consulted] = []
        var isKnown = false
        for object in ["Contact", "Lead"] {
            let rows = try await session.query(
                "SELECT Id FROM \(object) WHERE Email = :address LIMIT 200",
                bindings: ["address": .one(.text(address))])
            for id in rows.compactMap(\.id) {
                let people = try await PersonRecords(of: id, session)
                consulted += try await self.consulted(question, people)
                isKnown = true
            }
        }
        guard isKnown else { return ConsentAnswer(mayProceed: false, consulted: []) }
        return answer(question, consulted)
    }

    private func isVisible(_ record: RecordID) async throws -> Bool {
        guard let object = try await session.schema().object(of: record),
            ["Contact", "Lead", "Individual", "User"].contains(object.name)
        else { return false }
        let rows = try await session.query(
            "SELECT Id FROM \(object.name) WHERE Id = :record", bindings: ["record": .one(.id(record))])
        return !rows.isEmpty
    }

    private func answer(_ question: ConsentQuestion, _ consulted: [ConsentAnswer.Consulted]) -> ConsentAnswer {
        let isAgainst = consulted.contains { !$0.isFor }
        let isFor = consulted.contains(where: \.isFor)
        let needsYes = question.needsExplicitConsent || question.action.flag?.mustBeSet == true
        return ConsentAnswer(mayProceed: !isAgainst && (isFor || !needsYes), consulted: consulted)
    }

    private func consulted(
        _ question: ConsentQuestion, _ people: PersonRecords
    ) async throws -> [ConsentAnswer.Consulted] {
        var consulted = try await flags(question, people)
        guard let type = question.action.contactPointType else { return consulted }
        let moment = question.moment ?? environment.now()
        if let channel = question.action.channel {
            let reached = people.contacts.first ?? people.leads.first ?? people.root
            let reasons = try await session.contactDecision(channel, address: nil, person: reached, at: moment).reasons
            // Consents by contact point type are read below, with their purposes.
            consulted += reasons.filter { $0.object != "ContactPointTypeConsent" && $0.object != "Individual" }.map {
                .init(object: $0.object, record: $0.record, field: $0.field, value: $0.value, isFor: false)
            }
            let last = try await events(of: people).first { $0.channel == channel && $0.captured <= moment }
            if let last, last.status == .optIn {
                consulted.append(
                    .init(object: "ConsentEvent", record: last.id, field: "Status", value: "OptIn", isFor: true))
            }
        }
        guard let individual = people.individual else { return consulted }
        let rows = try await session.query(
            """
            SELECT Id, PrivacyConsentStatus, DataUsePurposeId, DataUsePurpose.Name FROM ContactPointTypeConsent \
            WHERE PartyId = :party AND ContactPointType = :type \
            AND (EffectiveFrom = null OR EffectiveFrom <= :moment) AND (EffectiveTo = null OR EffectiveTo > :moment) \
            ORDER BY Id LIMIT 2000
            """,
            bindings: [
                "party": .one(.id(individual)), "type": .one(.text(type)), "moment": .one(.datetime(moment)),
            ])
        for row in rows {
            guard let id = row.id, let status = row["PrivacyConsentStatus"].text else { continue }
            let isOther = row["DataUsePurpose.Name"].text.map { $0.lowercased() != question.purpose?.lowercased() }
            if question.purpose != nil, isOther == true { continue }
            guard ["OptIn", "OptOut", "NotSeen"].contains(status) else { continue }
            consulted.append(
                .init(
                    object: "ContactPointTypeConsent", record: id, field: "PrivacyConsentStatus", value: status,
                    isFor: status == "OptIn"))
        }
        return consulted
    }

    /// What the individual says: about the action itself, or that nothing at all is to be done.
    private func flags(
        _ question: ConsentQuestion, _ people: PersonRecords
    ) async throws -> [ConsentAnswer.Consulted] {
        guard let individual = people.individual else { return [] }
        var asked: [(field: String, mustBeSet: Bool)] = []
        if let flag = question.action.flag { asked.append(flag) }
        if question.action.contactPointType != nil {
            asked += [("ShouldForget", false), ("HasOptedOutProcessing", false)]
        }
        let rows = try await session.query(
            "SELECT \(asked.map(\.field).joined(separator: ", ")) FROM Individual WHERE Id = :individual",
            bindings: ["individual": .one(.id(individual))])
        guard let row = rows.first else { return [] }
        return asked.compactMap { flag in
            let isSet = row[flag.field].boolean == true
            let isFor = isSet == flag.mustBeSet
            // A flag that was never set says nothing.
            if !isSet && !flag.mustBeSet { return nil }
            return .init(
                object: "Individual", record: individual, field: flag.field, value: String(isSet), isFor: isFor)
        }
    }
}

/// A record that was changed for a decision.
public struct ConsentEdit: Sendable {
    public let object: String
    public let record: RecordID
    public let isCreated: Bool
}

extension Consents {
    /// Takes a person's word about an action: of a channel as a decision with its proof, of other ways to be reached as a consent by
    /// contact point type, of what is done with their data as the individual's flag.
    ///
    /// - Parameters:
    ///   - decision: Its channel does not count.
    /// - Returns: What was written; nil when there is no such person for this session.
    /// - Throws: As ``record(_:of:)``; `REQUIRED_FIELD_MISSING` where the person has no Individual and the action needs one.
    public func record(
        _ action: ConsentAction, _ decision: ConsentDecision, of record: RecordID
    ) async throws -> [ConsentEdit]? {
        guard try await isVisible(record) else { return nil }
        let people = try await PersonRecords(of: record, session)
        guard !people.all.isEmpty else { return nil }
        if let channel = action.channel {
            let changed = try await opposed(channel, isOptIn: decision.isOptIn, people)
            var decision = decision
            decision.channel = channel
            let event = try await self.record(decision, of: record)
            return [ConsentEdit(object: "ConsentEvent", record: event.id, isCreated: true)]
                + changed.map { ConsentEdit(object: $0.object, record: $0.id, isCreated: false) }
        }
        guard let individual = people.individual else {
            throw PlatformError(
                .requiredFieldMissing, "\(action.rawValue) is decided by the person's Individual. Make one first.",
                fields: ["IndividualId"])
        }
        if let flag = action.flag {
            try await session.updateRow(
                "Individual", individual, [flag.field: .boolean(decision.isOptIn == flag.mustBeSet)])
            return [ConsentEdit(object: "Individual", record: individual, isCreated: false)]
        }
        return [try await consent(action, decision, of: individual)]
    }

    private func consent(
        _ action: ConsentAction, _ decision: ConsentDecision, of individual: RecordID
    ) async throws -> ConsentEdit {
        let captured = decision.captured ?? environment.now()
        let type = action.contactPointType ?? ""
        let earlier = try await session.query(
            """
            SELECT Id FROM ContactPointTypeConsent WHERE PartyId = :party AND ContactPointType = :type \
            AND DataUsePurposeId = null AND (EffectiveTo = null OR EffectiveTo > :moment) LIMIT 2000
            """,
            bindings: [
                "party": .one(.id(individual)), "type": .one(.text(type)), "moment": .one(.datetime(captured)),
            ]
        ).compactMap(\.id)
        let id = try await makeConsent(
            of: individual, contactPointType: type, decision.status, captured: captured,
            source: decision.source.isEmpty ? nil : decision.source, method: decision.method)
        try await session.set("EffectiveTo", of: "ContactPointTypeConsent", earlier, to: .datetime(captured))
        return ConsentEdit(object: "ContactPointTypeConsent", record: id, isCreated: true)
    }

    /// The contacts and leads whose flag says otherwise.
    private func opposed(
        _ channel: ContactChannel, isOptIn: Bool, _ people: PersonRecords
    ) async throws -> [(object: String, id: RecordID)] {
        var found: [(object: String, id: RecordID)] = []
        for (object, ids) in [("Contact", people.contacts), ("Lead", people.leads)] where !ids.isEmpty {
            let rows = try await session.query(
                "SELECT Id FROM \(object) WHERE Id IN :ids AND \(channel.optOutField) = :other",
                bindings: ["ids": .many(ids.map(Value.id)), "other": .one(.boolean(isOptIn))])
            found += rows.compactMap(\.id).map { (object, $0) }
        }
        return found
    }
}
