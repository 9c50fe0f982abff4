import Engine
import HTTP
import Hummingbird
import Privacy

/// What the officer decided otherwise than the rules, object by object: it travels in the address, so that nothing is
/// kept before the approval, and the approval takes down all of it.
struct PreviewDecisions: Sendable {
    /// A hidden field that carries a decision on.
    struct Field: Sendable {
        let name: String
        let value: String
    }

    private let decided: [String: (fate: Fate, reason: String)]

    private static let prefix = "decide."
    private static let reasonPrefix = "reason."

    init(_ form: FormFields) {
        var decided: [String: (fate: Fate, reason: String)] = [:]
        for (name, value) in form.fields where name.hasPrefix(Self.prefix) {
            let object = String(name.dropFirst(Self.prefix.count))
            guard let fate = Fate(rawValue: value), Self.choices.contains(fate) else { continue }
            decided[object] = (fate, form[Self.reasonPrefix + object] ?? "")
        }
        self.decided = decided
    }

    /// What one may decide about the person's own records.
    static let choices: [Fate] = [.delete, .anonymise, .keep]

    /// The rules, with what was decided otherwise. To keep something needs a ground.
    func applied(to policy: ErasurePolicy) -> ErasurePolicy {
        var policy = policy
        for (object, decision) in decided {
            switch decision.fate {
            case .anonymise: policy.actions[object] = .anonymise
            case .keep where !decision.reason.isEmpty:
                policy.actions[object] = .keep(ground: decision.reason, until: nil)
            case .delete: policy.actions[object] = .delete
            case .keep, .redact, .seal, .copy, .leave: break
            }
        }
        return policy
    }

    /// The decisions as fields of a form.
    var fields: [Field] {
        decided.sorted { $0.key < $1.key }.flatMap { object, decision in
            [
                Field(name: Self.prefix + object, value: decision.fate.rawValue),
                Field(name: Self.reasonPrefix + object, value: decision.reason),
            ]
        }
    }

    /// The form that decides about one object, carrying the decisions about the others.
    func change(of object: String, _ plan: RequestPreview, _ visit: Visit) -> PreviewChange? {
        guard let node = plan.nodes.first(where: { $0.object == object }) else { return nil }
        let current = Fate(node.fate)
        let own = [Self.prefix + object, Self.reasonPrefix + object]
        return PreviewChange(
            action: visit.request.uri.path, others: fields.filter { !own.contains($0.name) },
            fateName: own[0], reasonName: own[1], reason: decided[object]?.reason ?? "",
            choices: Self.choices.map { fate in
                Choice(fate.rawValue, visit.words("preview.\(fate.rawValue)"), isChosen: fate == current)
            }
        )
    }
}

/// A form that decides otherwise about the records of one object.
struct PreviewChange: Sendable {
    let action: String
    let others: [PreviewDecisions.Field]
    let fateName: String
    let reasonName: String
    let reason: String
    let choices: [Choice]
}
