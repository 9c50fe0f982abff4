import Engine
import HTTP
import Hummingbird
import Privacy
import Records

/// A request as a story: asked, verified, searched, decided, done, told; and what can be done next.
enum RequestPage {
    /// What the page shows.
    struct Page: Sendable {
        let number: String
        let kind: String
        let person: String
        let personHref: String?
        let regulation: String
        let state: StateWord
        let story: [StoryStep]
        let error: Notice?
        let actions: [Action]
        let clock: ClockView
        let clockRule: String
        let facts: [Fact]
        let words: String?
    }

    /// A step of the story: done, next, or still ahead.
    struct StoryStep: Sendable {
        let tone: String
        let icon: String
        let isAhead: Bool
        let step: String
        let stateWord: String
        let time: TimeView?
        let told: String?
    }

    /// Something that can be done now.
    struct Action: Sendable {
        let title: String
        let text: [String]
        let links: [Link]
        let hasLinks: Bool
        let form: Form?
    }

    struct Link: Sendable {
        let href: String
        let label: String
        let isPrimary: Bool
    }

    struct Form: Sendable {
        let action: String
        let token: String
        let formID: String
        let reasonLabel: String?
        let isReasonNeeded: Bool
        let groundLabel: String
        let grounds: [Choice]
        let hasGrounds: Bool
        let typed: String?
        let label: String
        let isGrave: Bool
    }

    static func show(_ visit: Visit) async throws -> Response {
        try await show(visit, error: nil)
    }

    static func show(_ visit: Visit, error: Notice?) async throws -> Response {
        let request = try await request(visit)
        let words = visit.words
        let steps = try await visit.requests.steps(of: request.id)
        let name = try await visit.people(of: [request])[request.person]
        let approvers = try await visit.names(of: Set([request.approver].compactMap { $0 }))
        let approver = request.approver.flatMap { approvers[$0] }
        let dates = visit.dates
        let source = try Regulation.named(request.regulation).clock(for: request.kind.rawValue.lowercased()).source
        let received = dates.day(of: request.received)
        let page = Page(
            number: request.name, kind: words("kind.\(request.kind.rawValue)"),
            person: name ?? visit.absent(request), personHref: name == nil ? nil : "/people/\(request.person)",
            regulation: visit.regulationName(request.regulation),
            state: RequestLine.state(request.status, words),
            story: RequestStory(request: request, steps: steps, visit: visit).told,
            error: error,
            actions: try RequestActions(request: request, visit: visit).all,
            clock: RequestLine.clock(request, visit),
            clockRule: words(
                "clock.rule",
                [
                    "received": dates.short(received), "due": dates.short(request.due),
                    "source": LawReference.text(source, words.language),
                ]
            ),
            facts: [
                Fact(words("requests.received"), dates.long(received)),
                Fact(words("requests.due"), dates.long(request.due)),
                Fact(words("request.channel"), words.known("request_channel.\(request.channel)") ?? request.channel),
                Fact(words("request.language"), words.known("layout.language_\(request.language)")),
                Fact(words("request.approved_by"), approver),
                Fact(words("request.refusal"), request.refusalGround.map { words.known("ground.\($0)") ?? $0 }),
            ].compactMap { $0 },
            words: request.reason
        )
        return visit.page("request", title: "\(request.name) \(page.kind)", at: .privacy, page)
    }

    /// Does what the form asks, one act at a time.
    static func act(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let request = try await request(visit)
        let requests = visit.requests
        guard let act = visit.parameters.get("act").flatMap(RequestStatus.Act.init) else { throw NothingHere() }
        if act == .approve && request.kind == .restriction, form["typed"] != request.name {
            let text = visit.words("request.typed_wrong", ["number": request.name])
            return try await show(visit, error: .failed(text))
        }
        do {
            switch act {
            case .verify: _ = try await requests.verify(request.id, method: form["reason"] ?? "")
            case .refuse: _ = try await requests.refuse(request.id, ground: form["ground"] ?? "")
            case .approve:
                // An erasure is approved with its preview, where its consequences stand.
                guard request.kind != .erasure else { throw NothingHere() }
                _ = try await requests.approve(request.id)
                if request.kind == .restriction { _ = try await requests.carryOut(request.id) }
            case .carryOut:
                guard request.kind != .erasure else { throw NothingHere() }
                _ = try await requests.carryOut(request.id, note: form["reason"])
            case .announce: _ = try await requests.announce(request.id, how: form["reason"] ?? "")
            case .lift: _ = try await requests.lift(request.id)
            case .close: _ = try await requests.close(request.id)
            }
        } catch let error as PlatformError
            where error.code == .invalidOperation || error.code == .missingArgument || error.code == .insufficientAccess
        {
            return try await show(visit, error: notDone(error, act, visit))
        }
        return .seeOther("/privacy/\(request.id)", told: .requestMoved)
    }

    /// Why the register did not do it: the person asked for themselves, something was left empty, or somebody else was
    /// quicker, and the page now shows how it stands.
    private static func notDone(_ error: PlatformError, _ act: RequestStatus.Act, _ visit: Visit) -> Notice {
        let words = visit.words
        let text =
            switch error.code {
            case .insufficientAccess where act == .approve: words("request.own")
            case .missingArgument:
                words("request.reason_missing", ["label": words("request.act_\(act.rawValue)_reason")])
            case .invalidOperation: words("request.not_now")
            default: visit.refusal(error, of: "DataSubjectRequest")
            }
        return .failed(words("request.not_done"), text: [text])
    }

    /// The request in the path.
    static func request(_ visit: Visit) async throws -> DataSubjectRequest {
        guard visit.isOfficer else { throw NothingHere() }
        let id = try visit.id()
        guard visit.schema.object(of: id)?.name == "DataSubjectRequest" else { throw NothingHere() }
        return try await visit.requests.request(id)
    }
}
