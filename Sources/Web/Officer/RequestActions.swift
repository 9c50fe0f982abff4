import Privacy
import Records

/// What can be done with a request now, as the register allows it.
struct RequestActions: Sendable {
    let request: DataSubjectRequest
    let visit: Visit

    var all: [RequestPage.Action] {
        get throws {
            var actions = try request.status.acts(for: request.kind).map(action)
            if [.access, .portability].contains(request.kind), request.status == .approved {
                actions.insert(package, at: 0)
            }
            if request.kind == .erasure, [.carriedOut, .closed].contains(request.status) {
                actions.insert(certificate, at: 0)
            }
            return actions
        }
    }

    private var words: Words { visit.words }
    private var base: String { "/privacy/\(request.id)" }

    private func action(_ act: RequestStatus.Act) throws -> RequestPage.Action {
        switch act {
        case .verify:
            plain("verify", form("verify", reason: words("request.act_verify_reason")))
        case .approve where request.kind == .erasure, .carryOut where request.kind == .erasure:
            linked(
                "preview",
                [RequestPage.Link(href: base + "/preview", label: words("request.act_preview_go"), isPrimary: true)])
        case .approve where request.kind == .restriction:
            RequestPage.Action(
                title: words("request.act_approve"),
                text: [words("request.act_approve_restriction", ["number": request.name])],
                links: [
                    RequestPage.Link(href: base + "/preview", label: words("request.act_preview_go"), isPrimary: false)
                ],
                hasLinks: true,
                form: form(
                    "approve", label: words("request.act_restrict_go"),
                    typed: words("request.type_number", ["number": request.name]), isGrave: true
                )
            )
        case .approve: plain("approve", form("approve"))
        case .refuse: plain("refuse", form("refuse", grounds: try grounds(), isGrave: true))
        case .carryOut where request.kind == .rectification:
            plain("carryOut", form("carryOut", reason: words("request.act_carryOut_reason")))
        case .carryOut: plain("carryOut", form("carryOut"))
        case .announce: plain("announce", form("announce", reason: words("request.act_announce_reason")))
        case .lift: plain("lift", form("lift"))
        case .close: plain("close", form("close"))
        }
    }

    private var package: RequestPage.Action {
        linked(
            "package",
            PackageDownload.links(request.person, words).map {
                RequestPage.Link(href: $0.href, label: $0.label, isPrimary: false)
            }
        )
    }

    private var certificate: RequestPage.Action {
        RequestPage.Action(
            title: words("request.act_certificate"), text: [],
            links: [
                RequestPage.Link(
                    href: base + "/certificate", label: words("request.act_certificate_go"), isPrimary: true)
            ],
            hasLinks: true, form: nil
        )
    }

    private func plain(_ act: String, _ form: RequestPage.Form) -> RequestPage.Action {
        RequestPage.Action(
            title: words("request.act_\(act)"), text: [words("request.act_\(act)_text")], links: [], hasLinks: false,
            form: form
        )
    }

    private func linked(_ act: String, _ links: [RequestPage.Link]) -> RequestPage.Action {
        RequestPage.Action(
            title: words("request.act_\(act)"), text: [words("request.act_\(act)_text")], links: links, hasLinks: true,
            form: nil
        )
    }

    private func form(
        _ act: String, label: String? = nil, reason: String? = nil, grounds: [Choice] = [], typed: String? = nil,
        isGrave: Bool = false
    ) -> RequestPage.Form {
        RequestPage.Form(
            action: "\(base)/\(act)", token: visit.token.text, formID: act, reasonLabel: reason,
            isReasonNeeded: reason != nil, groundLabel: words("request.ground"), grounds: grounds,
            hasGrounds: !grounds.isEmpty, typed: typed, label: label ?? words("request.act_\(act)_go"), isGrave: isGrave
        )
    }

    private func label(_ refusal: Regulation.Refusal) -> String {
        let ground = words.known("ground.\(refusal.code)") ?? refusal.code
        return "\(ground) · \(LawReference.text(refusal.source, words.language))"
    }

    /// The grounds that the law has for refusing this right.
    private func grounds() throws -> [Choice] {
        let right = request.kind.rawValue.lowercased()
        return try Regulation.named(request.regulation).refusals
            .filter { $0.rights?.contains(right) ?? true }
            .map { Choice($0.code, label($0), isChosen: false) }
    }
}
