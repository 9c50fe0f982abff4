import Engine
import HTTP
import Hummingbird
import Records

/// What everybody may do with the records of each object, and the rules that open or close more.
enum SharingPage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let errors: Notice?
        let objects: [ObjectRow]
        let rules: [RuleRow]
        let hasRules: Bool
        let new: NewRule
    }

    /// An object with its default.
    struct ObjectRow: Sendable {
        let name: String
        let label: String
        let models: [Choice]
        /// What is as visible as its records.
        let follows: String
    }

    /// A rule, and what can be done with it.
    struct RuleRow: Sendable {
        let name: String
        let object: String
        let what: String
        let level: String
        let state: StateWord
        let action: String
        let toggle: String
        let toggleLabel: String
    }

    /// The form of a new rule, as it was typed.
    struct NewRule: Sendable {
        let name: String
        let objects: [Choice]
        let kinds: [Choice]
        let from: [Choice]
        let to: [Choice]
        let levels: [Choice]
        let criteria: String
    }

    static let path = "/sharing"
    private static let first = ["Account", "Contact", "Individual", "Lead", "Case", "Opportunity"]
    private static let kinds = ["Owner", "Criteria", "Restriction"]

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.setsSharing else { throw NothingHere() }
        try await visit.checkProof()
        return try await show(visit, typed: nil, errors: nil)
    }

    private static func show(_ visit: Visit, typed: FormFields?, errors: Notice?) async throws -> Response {
        let words = visit.words
        let groups = try await SharedGroups(visit)
        let objects = owned(visit)
        let rules = try await visit.session.query(
            """
            SELECT Id, Name, SobjectType, Type, SharedFromId, SharedToId, AccessLevel, Criteria, IsActive \
            FROM SharingRule ORDER BY SobjectType, Name LIMIT 500
            """)
        let page = Page(
            token: visit.token.text, errors: errors,
            objects: objects.map { object in
                ObjectRow(
                    name: object.name, label: object.label(words.language),
                    models: models(of: object).map {
                        Choice($0.rawValue, words("sharing.model_\($0.rawValue)"), isChosen: $0 == object.sharing)
                    },
                    follows: followers(of: object, visit).map { $0.label(words.language) }
                        .joined(separator: words.language.comma))
            },
            rules: rules.compactMap { row($0, groups, visit) }, hasRules: !rules.isEmpty,
            new: NewRule(
                name: typed?["name"] ?? "",
                objects: objects.map {
                    Choice($0.name, $0.label(words.language), isChosen: $0.name == (typed?["object"] ?? "Case"))
                },
                kinds: kinds.map {
                    Choice(
                        $0, words("sharing.kind_\($0)"), isChosen: $0 == (typed?["kind"] ?? "Owner"),
                        hint: words("sharing.kind_hint_\($0)"))
                },
                from: groups.choices(chosen: typed?["from"]), to: groups.choices(chosen: typed?["to"]),
                levels: ["Read", "Edit"].map {
                    Choice($0, words("sharing.level_\($0)"), isChosen: $0 == (typed?["level"] ?? "Read"))
                },
                criteria: typed?["criteria"] ?? ""))
        return visit.page(
            "sharing", title: words("sharing.title"), at: nil, page, status: errors == nil ? .ok : .unprocessableContent
        )
    }

    /// Takes the defaults that were changed.
    static func saveDefaults(_ visit: Visit) async throws -> Response {
        guard visit.setsSharing else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        for object in owned(visit) {
            guard let model = form["model.\(object.name)"].flatMap(SharingModel.init), model != object.sharing,
                models(of: object).contains(model)
            else { continue }
            try await visit.session.setSharing(model, of: object.name)
        }
        return .seeOther(path, told: .sharingSaved)
    }

    static func addRule(_ visit: Visit) async throws -> Response {
        guard visit.setsSharing else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        let isByOwner = form["kind"] == "Owner"
        func id(_ name: String) -> Value { form[name].flatMap { RecordID($0) }.map { .id($0) } ?? .null }
        let batch = Batch(
            "SharingRule",
            [
                "Name": .text(form["name"] ?? ""), "SobjectType": .text(form["object"] ?? ""),
                "Type": .text(form["kind"] ?? ""), "SharedFromId": isByOwner ? id("from") : .null,
                "SharedToId": id("to"), "AccessLevel": .text(form["level"] ?? "Read"),
                "Criteria": isByOwner ? .null : .text(form["criteria"] ?? ""),
            ])
        let outcome = try await visit.session.create(batch, onFailure: .rollbackAll).first
        if case .refused(let errors) = outcome {
            let items = errors.map { error in
                // The condition is code: what is wrong with it, and where, is told as the parser tells it.
                let isOfCondition = error.fields == ["Criteria"] && error.code != .requiredFieldMissing
                let text =
                    isOfCondition
                    ? visit.words("sharing.wrong_condition", ["reason": error.message])
                    : visit.refusal(error, of: "SharingRule")
                return Notice.Item(href: "#\(field(error.fields.first))", text: text)
            }
            return try await show(
                visit, typed: form, errors: .failed(visit.words("sharing.not_saved"), items: items))
        }
        return .seeOther(path + "#rules", told: .sharingSaved)
    }

    /// Switches a rule on or off, or deletes it.
    static func changeRule(_ visit: Visit) async throws -> Response {
        guard visit.setsSharing else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        let id = try visit.id()
        let outcomes: [Outcome]
        switch form["act"] {
        case "delete": outcomes = try await visit.session.delete([id], onFailure: .rollbackAll)
        case "on", "off":
            outcomes = try await visit.session.update(
                Batch("SharingRule", ["Id": .id(id), "IsActive": .boolean(form["act"] == "on")]),
                onFailure: .rollbackAll)
        default: throw NothingHere()
        }
        if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
        return .seeOther(path + "#rules", told: .sharingSaved)
    }

    // MARK: Pieces

    private static func owned(_ visit: Visit) -> [ObjectSchema] {
        // Who sees a file follows from what it is linked to, and whom a group is for from what is shared with it.
        let all = visit.schema.objects.filter {
            $0.isOwned && !$0.isInternal && !["Group", "ContentDocument"].contains($0.name)
        }
        return first.compactMap { name in all.first { $0.name == name } } + all.filter { !first.contains($0.name) }
    }

    private static func models(of object: ObjectSchema) -> [SharingModel] {
        SharingModel.allCases.filter { $0 != .controlledByParent || !object.sharingParents.isEmpty }
    }

    private static func followers(of object: ObjectSchema, _ visit: Visit) -> [ObjectSchema] {
        visit.schema.objects.filter { other in
            other.sharing == .controlledByParent && other.sharedObject == nil
                && other.sharingParents.contains { other.field($0)?.referenceTo.contains(object.name) ?? false }
        }
    }

    private static func row(_ rule: Record, _ groups: SharedGroups, _ visit: Visit) -> RuleRow? {
        guard let id = rule.id else { return nil }
        let words = visit.words
        let kind = rule["Type"].text ?? ""
        let isActive = rule["IsActive"].boolean == true
        let object = rule["SobjectType"].text ?? ""
        return RuleRow(
            name: rule["Name"].text ?? "", object: visit.schema.object(object)?.label(words.language) ?? object,
            what: words(
                "sharing.rule_\(kind)",
                [
                    "from": groups.name(rule["SharedFromId"].id), "to": groups.name(rule["SharedToId"].id),
                    "criteria": rule["Criteria"].text ?? "",
                ]),
            level: kind == "Restriction" ? "" : words("sharing.level_\(rule["AccessLevel"].text ?? "Read")"),
            state: isActive ? .may(words("sharing.active")) : .done(words("sharing.inactive")),
            action: "\(path)/rules/\(id)", toggle: isActive ? "off" : "on",
            toggleLabel: words(isActive ? "sharing.turn_off" : "sharing.turn_on"))
    }

    private static func field(_ name: String?) -> String {
        switch name {
        case "SobjectType": "object"
        case "SharedFromId": "from"
        case "SharedToId": "to"
        case "Criteria": "criteria"
        default: "name"
        }
    }
}

/// Groups that records can be shared with, under the names that people know.
struct SharedGroups {
    private let names: [(id: RecordID, name: String)]

    init(_ visit: Visit) async throws {
        let rows = try await visit.session.query(
            "SELECT Id, Name, Type, Related.Name FROM Group ORDER BY Type, Name LIMIT 2000")
        names = rows.compactMap { row in
            guard let id = row.id, let type = row["Type"].text else { return nil }
            let name = row["Related.Name"].text ?? row["Name"].text ?? ""
            return (id, visit.words.known("sharing.group_\(type)").map { Words.fill($0, ["name": name]) } ?? name)
        }
    }

    func name(_ id: RecordID?) -> String { names.first { $0.id == id }?.name ?? "" }

    func choices(chosen: String?) -> [Choice] {
        names.map { Choice($0.id.description, $0.name, isChosen: $0.id.description == chosen) }
    }
}

extension Visit {
    /// Whether this session decides who sees which records.
    var setsSharing: Bool { schema.object("SharingRule")?.isCreateable ?? false }
}
