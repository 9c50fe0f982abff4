import Engine
import HTTP
import Hummingbird
import Privacy
import Records

/// What the officer decided otherwise than the rules, object by object: it travels in the address, so that nothing is
/// kept before the approval, and the approval takes down all of it.
struct PreviewDecisions: Sendable {
    /// What was decided about an object. To keep something needs a ground that the law has; free words would end in the
    /// certificate, which holds nothing of a person.
    private struct Decision {
        let fate: Fate
        let ground: String
        let until: String
    }

    private let decided: [String: Decision]

    private static let (fatePrefix, groundPrefix, untilPrefix) = ("decide.", "ground.", "until.")

    init(_ form: FormFields) {
        var decided: [String: Decision] = [:]
        for (name, value) in form.fields where name.hasPrefix(Self.fatePrefix) {
            let object = String(name.dropFirst(Self.fatePrefix.count))
            guard let fate = Fate(rawValue: value), Self.choices.contains(fate) else { continue }
            let ground = Self.grounds.first { $0 == form[Self.groundPrefix + object] } ?? Self.grounds[0]
            let until = form[Self.untilPrefix + object].flatMap { Day($0) }?.description ?? ""
            decided[object] = Decision(fate: fate, ground: ground, until: until)
        }
        self.decided = decided
    }

    /// What one may decide about the person's own records.
    static let choices: [Fate] = [.delete, .anonymise, .keep]
    /// The exceptions of Art. 17(3) that an officer may claim here.
    static let grounds = ["legalDuty", "legalClaims"]

    /// The rules, with what was decided otherwise.
    func applied(to policy: ErasurePolicy) -> ErasurePolicy {
        var policy = policy
        for (object, decision) in decided {
            switch decision.fate {
            case .anonymise: policy.actions[object] = .anonymise
            case .keep:
                policy.actions[object] = .keep(
                    ground: decision.ground, until: decision.until.isEmpty ? nil : decision.until)
            case .delete: policy.actions[object] = .delete
            case .redact, .seal, .copy, .leave: break
            }
        }
        return policy
    }

    /// The decisions as fields of a form.
    var fields: [HiddenField] {
        decided.sorted { $0.key < $1.key }.flatMap { object, decision in
            [
                HiddenField(name: Self.fatePrefix + object, value: decision.fate.rawValue),
                HiddenField(name: Self.groundPrefix + object, value: decision.ground),
                HiddenField(name: Self.untilPrefix + object, value: decision.until),
            ]
        }
    }

    /// The form that decides about one object, carrying the decisions about the others.
    func change(of object: String, _ plan: RequestPreview, _ visit: Visit) throws -> PreviewChange? {
        guard let node = plan.nodes.first(where: { $0.object == object }) else { return nil }
        let current = Fate(node.fate)
        let words = visit.words
        let own = [Self.fatePrefix, Self.groundPrefix, Self.untilPrefix].map { $0 + object }
        var (ground, until) = (decided[object]?.ground ?? "", decided[object]?.until ?? "")
        if case .keep(let named, let day) = node.fate { (ground, until) = (named, day ?? "") }
        return PreviewChange(
            action: "/privacy/\(try visit.id())/preview", others: fields.filter { !own.contains($0.name) },
            fateName: own[0], groundName: own[1], untilName: own[2], until: until,
            choices: Self.choices.map { fate in
                Choice(fate.rawValue, words("preview.\(fate.rawValue)"), isChosen: fate == current)
            },
            grounds: Self.grounds.map { Choice($0, words("ground.\($0)"), isChosen: $0 == ground) }
        )
    }
}

/// A hidden field that carries something on.
struct HiddenField: Sendable {
    let name: String
    let value: String
}

/// A form that decides otherwise about the records of one object.
struct PreviewChange: Sendable {
    let action: String
    let others: [HiddenField]
    let fateName: String
    let groundName: String
    let untilName: String
    let until: String
    let choices: [Choice]
    let grounds: [Choice]
}
