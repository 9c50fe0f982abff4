import Engine
import Records

/// A way to reach somebody: the address, whether we may, and why.
struct ChannelView: Sendable {
    let icon: String
    let label: String
    let address: String?
    let none: String
    /// Nil where there is no address.
    let state: StateWord?
    let reasons: [String]
}

/// A way to reach somebody, with the door's decision about it.
struct Channel: Sendable {
    let kind: ContactChannel
    let address: String?
    let decision: ContactDecision

    /// All channels of a person, each with the door's decision.
    static func all(of person: Person, _ visit: Visit) async throws -> [Channel] {
        var channels: [Channel] = []
        for (kind, address) in [
            (ContactChannel.email, person.email), (.phone, person.phone), (.fax, person.fax),
        ] {
            let decision = try await visit.session.contactDecision(kind, address: address, person: person.id)
            channels.append(Channel(kind: kind, address: address, decision: decision))
        }
        return channels
    }

    func view(_ visit: Visit) -> ChannelView {
        let words = visit.words
        return ChannelView(
            icon: icon, label: label(words), address: address, none: words("channel.none"),
            state: address == nil && decision.isAllowed ? nil : state(words),
            reasons: decision.isAllowed ? [words("channel.no_objection")] : reasons(visit)
        )
    }

    /// Why the door says no: the record and the field that say so, each once.
    func reasons(_ visit: Visit) -> [String] {
        var seen: Set<String> = []
        return decision.reasons.map { text($0, visit) }.filter { seen.insert($0).inserted }
    }

    private func text(_ reason: ContactDecision.Reason, _ visit: Visit) -> String {
        guard let object = visit.schema.object(reason.object), let field = object.field(reason.field) else {
            return visit.words("channel.reason_hidden")
        }
        let language = visit.words.language
        // A flag says it by its name; of a choice one wants to know which.
        let said = field.picklist.isEmpty ? [] : [field.label(of: reason.value, language)]
        return visit.words(
            "channel.reason",
            [
                "record": visit.objectLabel(object.name),
                "field": ([field.label(language)] + said).joined(separator: language == .ja ? "は" : " is "),
            ]
        )
    }

    func state(_ words: Words) -> StateWord {
        switch kind {
        case .email: decision.isAllowed ? .may(words("channel.may_email")) : .no(words("channel.no_email"))
        case .phone: decision.isAllowed ? .may(words("channel.may_phone")) : .no(words("channel.no_phone"))
        case .fax: decision.isAllowed ? .may(words("channel.may_fax")) : .no(words("channel.no_fax"))
        }
    }

    func label(_ words: Words) -> String {
        switch kind {
        case .email: words("channel.email")
        case .phone: words("channel.phone")
        case .fax: words("channel.fax")
        }
    }

    private var icon: String {
        switch kind {
        case .email: "mail"
        case .phone: "phone"
        case .fax: "fax"
        }
    }
}
