import Engine
import HTTP
import Hummingbird
import Privacy
import Records

/// What an erasure will touch, before anything is touched: the person in the middle, every record and place beside.
enum PreviewPage {
    /// What the page shows.
    struct Page: Sendable {
        let number: String
        let requestHref: String
        let previewHref: String
        let decisions: [HiddenField]
        let summary: String
        let error: Notice?
        let graph: Graph
        let legend: [StateWord]
        let objects: [Choice]
        let fates: [Choice]
        let groups: [PreviewGroup]
        let approval: Approval?
    }

    /// What is weighed before the deed, and the form that does it.
    struct Approval: Sendable {
        let title: String
        let consequences: [String]
        let action: String
        let token: String
        let decisions: [HiddenField]
        let typedLabel: String
        let label: String
        let back: String
    }

    static func show(_ visit: Visit) async throws -> Response {
        _ = try await RequestPage.request(visit)
        try await visit.checkProof()
        return try await show(visit, asked: try visit.query(), error: nil)
    }

    /// Approves and erases, when the number was typed that stands on the page.
    static func erase(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let request = try await RequestPage.request(visit)
        try await visit.checkProof(back: "/privacy/\(request.id)/preview", within: 3600)
        guard request.kind == .erasure else { throw NothingHere() }
        guard form["typed"]?.uppercased() == request.name else {
            let text = visit.words("request.typed_wrong", ["number": request.name])
            return try await show(visit, asked: form, error: .failed(text))
        }
        do {
            if request.status == .verified {
                let decisions = PreviewDecisions(form)
                let policy = try await decisions.applied(to: visit.requests.erasurePolicy(for: request.id))
                _ = try await visit.requests.approve(request.id, policy: policy)
            }
            _ = try await visit.requests.carryOut(request.id)
        } catch let error as PlatformError where error.code == .invalidOperation || error.code == .insufficientAccess {
            let text = visit.words(error.code == .insufficientAccess ? "request.own" : "request.not_now")
            return try await show(visit, asked: form, error: .failed(visit.words("request.not_done"), text: [text]))
        }
        return .seeOther("/privacy/\(request.id)/certificate", told: .requestMoved)
    }

    /// - Parameter asked: The filters and decisions, from the address or from the form that could not be carried out:
    ///   what was decided is never lost on the way.
    private static func show(_ visit: Visit, asked: FormFields, error: Notice?) async throws -> Response {
        let request = try await RequestPage.request(visit)
        guard [.erasure, .restriction].contains(request.kind), !request.status.isAnswered else { throw NothingHere() }
        let words = visit.words
        let isOpen = request.kind == .erasure && [.received, .verified].contains(request.status)
        let decisions = isOpen ? PreviewDecisions(asked) : nil
        let policy = try await decisions?.applied(to: visit.requests.erasurePolicy(for: request.id))
        let plan = try await visit.requests.preview(request.id, policy: policy)
        let name = try await visit.people(of: [request])[request.person] ?? request.name
        let filter = PreviewFilter(object: asked["object"] ?? "", fate: asked["fate"].flatMap(Fate.init))
        let base = "/privacy/\(request.id)"
        let records = plan.nodes.map(\.count).reduce(0, +)
        let objects = Set(plan.nodes.map(\.object)).sorted()
        let page = Page(
            number: request.name, requestHref: base, previewHref: base + "/preview",
            decisions: decisions?.fields ?? [],
            summary: words(
                "preview.summary",
                [
                    "places": Words.grouped(plan.places.count), "records": Words.grouped(records),
                    "fates": fates(of: plan, words),
                ]
            ),
            error: error,
            graph: Graph.drawn(
                centre: name, below: request.name, groups: plan.nodes.map { group($0, visit) }, words: words
            ),
            legend: fatesShown(plan).map { $0.state(words) },
            objects: [Choice("", words("list.any"), isChosen: filter.object.isEmpty)]
                + objects.map { Choice($0, visit.objectLabel($0), isChosen: $0 == filter.object) },
            fates: [Choice("", words("list.any"), isChosen: filter.fate == nil)]
                + fatesShown(plan).map {
                    Choice($0.rawValue, words("preview.\($0.rawValue)"), isChosen: $0 == filter.fate)
                },
            groups: try await PreviewGroup.all(of: plan, filter: filter, decisions: decisions, visit),
            approval: approval(of: request, plan: plan, decisions: decisions, records: records, name: name, visit)
        )
        return visit.page("preview", title: "\(words("preview.title")) \(request.name)", at: .privacy, page)
    }

    private static func fatesShown(_ plan: RequestPreview) -> [Fate] {
        let there = Set(plan.places.map { Fate($0.fate) })
        return Fate.allCases.filter(there.contains)
    }

    /// Why something is kept, and until when.
    static func ground(_ ground: String, until: String?, _ visit: Visit) -> String {
        let words = visit.words
        let named = words.known("ground.\(ground)") ?? ground
        guard let until, !until.isEmpty else { return words("preview.keep_ground", ["ground": named]) }
        return words(
            "preview.keep_because", ["until": Day(until).map(visit.dates.long) ?? until, "ground": named]
        )
    }

    private static func group(_ node: RequestPreview.Node, _ visit: Visit) -> Graph.Group {
        let fate = Fate(node.fate)
        return Graph.Group(
            object: node.object, label: visit.objectLabel(node.object), count: node.count,
            tone: fate.tone,
            fate: visit.words("preview.\(fate.rawValue)")
        )
    }

    private static func fates(of plan: RequestPreview, _ words: Words) -> String {
        Fate.allCases.compactMap { fate in
            let count = plan.places.filter { Fate($0.fate) == fate }.count
            return count == 0 ? nil : "\(words("preview.\(fate.rawValue)")) \(Words.grouped(count))"
        }.joined(separator: " · ")
    }

    private static func approval(
        of request: DataSubjectRequest, plan: RequestPreview, decisions: PreviewDecisions?, records: Int, name: String,
        _ visit: Visit
    ) -> Approval? {
        guard request.kind == .erasure, [.verified, .approved].contains(request.status) else { return nil }
        let words = visit.words
        let kept = plan.places.filter { Fate($0.fate) == .keep }.count
        let counts: KeyValuePairs = ["records": Words.grouped(records), "places": Words.grouped(plan.places.count)]
        return Approval(
            title: words("preview.approve_title", ["name": name]),
            consequences: [
                words("preview.consequence_counts", counts), words("preview.consequence_key"),
                kept > 0 ? words.count("preview.consequence_kept", kept) : nil,
                plan.doubtful.isEmpty ? nil : words.count("preview.consequence_doubtful", plan.doubtful.count),
                words("preview.consequence_certificate"),
            ].compactMap { $0 },
            action: "/privacy/\(request.id)/preview/erasure", token: visit.token.text,
            decisions: decisions?.fields ?? [],
            typedLabel: words("request.type_number", ["number": request.name]), label: words("preview.erase"),
            back: "/privacy/\(request.id)"
        )
    }
}

/// What of a preview is listed.
struct PreviewFilter: Sendable {
    /// An object's name; empty for all.
    let object: String
    let fate: Fate?

    func takes(_ object: String, _ fate: Fate) -> Bool {
        (self.object.isEmpty || self.object == object) && (self.fate == nil || self.fate == fate)
    }
}
