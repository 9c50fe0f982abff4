import Engine
import HTTP
import Hummingbird
import Identity
import Records

/// From where, when and for how long one may be signed in, and by what.
enum PoliciesPage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let errors: Notice?
        let policies: [Row]
        let hasPolicies: Bool
        let new: New
    }

    struct Row: Sendable {
        let name: String
        let whom: String
        let rules: [String]
        let state: StateWord
        let action: String
        let toggle: String
        let toggleLabel: String
    }

    /// The form of a new one, as it was typed.
    struct New: Sendable {
        let name: String
        let profiles: [Choice]
        let addresses: String
        let days: [Choice]
        let from: String
        let to: String
        let requiresSecondFactor: Bool
        let idle: String
        let life: String
    }

    static let path = "/sign-in-policies"
    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.setsPolicies else { throw NothingHere() }
        try await visit.checkProof()
        return try await show(visit, typed: nil, errors: nil)
    }

    private static func show(_ visit: Visit, typed: FormFields?, errors: Notice?) async throws -> Response {
        let words = visit.words
        let profiles = try await visit.session.query("SELECT Id, Name FROM Profile ORDER BY Name LIMIT 200")
        let rows = try await visit.session.query(
            """
            SELECT Id, Name, Profile.Name, Addresses, Days, StartTime, EndTime, IdleMinutes, LifeMinutes, IsActive, \
            RequiresSecondFactor FROM SignInPolicy ORDER BY Name, Id LIMIT 200
            """)
        let chosenDays = Set(typed?.all("day") ?? [])
        let page = Page(
            token: visit.token.text, errors: errors, policies: rows.compactMap { row($0, visit) },
            hasPolicies: !rows.isEmpty,
            new: New(
                name: typed?["name"] ?? "",
                profiles: [Choice("", words("policies.everybody"), isChosen: (typed?["profile"] ?? "").isEmpty)]
                    + profiles.compactMap { profile in
                        profile.id.map {
                            Choice(
                                $0.description, profile["Name"].text ?? "",
                                isChosen: $0.description == typed?["profile"])
                        }
                    },
                addresses: typed?["addresses"] ?? "",
                days: days.map { Choice($0, words("policies.\($0)"), isChosen: chosenDays.contains($0)) },
                from: typed?["from"] ?? "", to: typed?["to"] ?? "",
                requiresSecondFactor: typed?["factor"] != nil, idle: typed?["idle"] ?? "", life: typed?["life"] ?? ""))
        return visit.page(
            "policies", title: words("policies.title"), at: nil, page,
            status: errors == nil ? .ok : .unprocessableContent)
    }

    private struct Refused: Error { let errors: [PlatformError] }
    private struct LocksOut: Error {}

    static func add(_ visit: Visit) async throws -> Response {
        guard visit.setsPolicies else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        func number(_ name: String) -> Value {
            let text = form[name] ?? ""
            return text.isEmpty ? .null : .integer(Int64(text) ?? -1)
        }
        let batch = Batch(
            "SignInPolicy",
            [
                "Name": .text(form["name"] ?? ""),
                "ProfileId": form["profile"].flatMap { RecordID($0) }.map { .id($0) } ?? .null,
                "Addresses": text(form["addresses"]), "Days": text(form.all("day").joined(separator: ";")),
                "StartTime": time(form["from"]), "EndTime": time(form["to"]), "IdleMinutes": number("idle"),
                "LifeMinutes": number("life"), "RequiresSecondFactor": .boolean(form["factor"] != nil),
            ])
        do {
            try await visit.session.together { session in
                let outcomes = try await session.create(batch, onFailure: .rollbackAll)
                let errors = outcomes.flatMap(\.errors)
                if !errors.isEmpty { throw Refused(errors: errors) }
                let isIn = try await visit.identity.admits(visit.session.user, from: visit.address, session)
                if !isIn { throw LocksOut() }
            }
        } catch let refused as Refused {
            let items = refused.errors.map { error in
                Notice.Item(href: "#\(field(error.fields.first))", text: visit.refusal(error, of: "SignInPolicy"))
            }
            return try await show(
                visit, typed: form, errors: .failed(visit.words("policies.not_saved"), items: items))
        } catch is LocksOut {
            return try await show(
                visit, typed: form,
                errors: .failed(
                    visit.words("policies.not_saved"),
                    text: [visit.words("policies.locks_out", ["address": visit.address])]))
        }
        return .seeOther(path, told: .policySaved)
    }

    /// Switches one on or off, or deletes it.
    static func change(_ visit: Visit) async throws -> Response {
        guard visit.setsPolicies else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        let id = try visit.id()
        do {
            try await visit.session.together { session in
                let outcomes: [Outcome]
                switch form["act"] {
                case "delete": outcomes = try await session.delete([id], onFailure: .rollbackAll)
                case "on", "off":
                    outcomes = try await session.update(
                        Batch("SignInPolicy", ["Id": .id(id), "IsActive": .boolean(form["act"] == "on")]),
                        onFailure: .rollbackAll)
                default: throw NothingHere()
                }
                if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
                let isIn = try await visit.identity.admits(visit.session.user, from: visit.address, session)
                if !isIn { throw LocksOut() }
            }
        } catch is LocksOut {
            let text = visit.words("policies.locks_out", ["address": visit.address])
            return try await show(
                visit, typed: nil, errors: .failed(visit.words("policies.not_saved"), text: [text]))
        }
        return .seeOther(path, told: .policySaved)
    }

    // MARK: Pieces

    private static func row(_ policy: Record, _ visit: Visit) -> Row? {
        guard let id = policy.id else { return nil }
        let words = visit.words
        let isActive = policy["IsActive"].boolean == true
        var rules: [String] = []
        if let addresses = policy.text("Addresses") {
            let ranges = addresses.split(whereSeparator: \.isWhitespace).joined(separator: words.language.comma)
            rules.append(words("policies.rule_addresses", ["addresses": ranges]))
        }
        if let days = policy.text("Days") {
            let names = days.split(separator: ";").map { words("policies.\($0)") }
            rules.append(words("policies.rule_days", ["days": names.joined(separator: words.language.comma)]))
        }
        if let from = clock(policy["StartTime"]), let to = clock(policy["EndTime"]) {
            rules.append(words("policies.rule_hours", ["from": from, "to": to]))
        }
        if policy["RequiresSecondFactor"].boolean == true { rules.append(words("policies.factor")) }
        for (name, key) in [("IdleMinutes", "policies.rule_idle"), ("LifeMinutes", "policies.rule_life")] {
            if let minutes = policy[name].integer { rules.append(words.count(key, Int(minutes))) }
        }
        return Row(
            name: policy.text("Name") ?? "", whom: policy.text("Profile.Name") ?? words("policies.everybody"),
            rules: rules, state: isActive ? .may(words("sharing.active")) : .done(words("sharing.inactive")),
            action: "\(path)/\(id)", toggle: isActive ? "off" : "on",
            toggleLabel: words(isActive ? "sharing.turn_off" : "sharing.turn_on"))
    }

    private static func text(_ text: String?) -> Value { text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .null }

    /// `09:30`, as browsers send it.
    private static func time(_ text: String?) -> Value {
        let parts = (text ?? "").split(separator: ":").compactMap { Int($0) }
        guard parts.count >= 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else { return .null }
        return .time(TimeOfDay(milliseconds: (parts[0] * 60 + parts[1]) * 60_000))
    }

    private static func clock(_ value: Value) -> String? {
        if case .time(let time) = value { String(time.description.prefix(5)) } else { nil }
    }

    private static func field(_ name: String?) -> String {
        switch name {
        case "Addresses": "addresses"
        case "StartTime": "from"
        case "EndTime": "to"
        case "IdleMinutes": "idle"
        case "LifeMinutes": "life"
        default: "name"
        }
    }
}

extension Visit {
    /// Whether this session decides who may sign in when and from where.
    var setsPolicies: Bool { schema.object("SignInPolicy")?.isCreateable ?? false }
}
