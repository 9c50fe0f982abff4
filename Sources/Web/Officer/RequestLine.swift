import Engine
import Privacy
import Records

/// A request in a short list.
struct RequestLine: Sendable {
    let href: String
    let kind: String
    let number: String
    let person: String?
    let clock: ClockView?
    let state: StateWord?

    /// - Parameter person: Whose it is, where the list is not about one person.
    init(_ request: DataSubjectRequest, _ visit: Visit, person: String? = nil) {
        href = "/privacy/\(request.id)"
        kind = visit.words("kind.\(request.kind.rawValue)")
        number = request.name
        self.person = person
        clock = request.status.isAnswered ? nil : Self.clock(request, visit)
        state = Self.state(request.status, visit.words)
    }

    /// The time left: a bar from the day it arrived to the last day, and words.
    static func clock(_ request: DataSubjectRequest, _ visit: Visit) -> ClockView {
        let words = visit.words
        let received = visit.dates.day(of: request.received)
        let left = request.daysLeft(on: visit.dates.today)
        let whole = max(1, request.due.daysSince1970 - received.daysSince1970)
        let percent = max(0, min(100, 100 - left * 100 / whole))
        if request.status.isAnswered {
            return ClockView(tone: "quiet", icon: "done", words: words("clock.done"), percent: percent)
        }
        return switch left {
        case ..<0: ClockView(tone: "overdue", icon: "overdue", words: words.count("clock.overdue", -left), percent: 100)
        case 0: ClockView(tone: "overdue", icon: "soon", words: words("clock.today"), percent: 100)
        case ...7: ClockView(tone: "soon", icon: "soon", words: words.count("clock.left", left), percent: percent)
        default: ClockView(tone: "open", icon: "clock", words: words.count("clock.left", left), percent: percent)
        }
    }

    static func state(_ status: RequestStatus, _ words: Words) -> StateWord {
        let word = words("status.\(status.rawValue)")
        return switch status {
        case .received: .ask(word)
        case .verified, .approved: .open(word)
        case .carriedOut, .announced: .may(word)
        case .closed, .lifted: .done(word)
        case .refused: .no(word)
        }
    }
}

extension Visit {
    /// The register of requests as this session sees it.
    var requests: Requests { Requests(session, environment: environment) }

    /// Consents with their proof, as this session may keep them.
    var consents: Consents { Consents(session, environment: environment) }

    /// Whether this session may record what people decide about consent.
    var mayRecordConsent: Bool { schema.object("ConsentEvent")?.isCreateable ?? false }

    /// A person's decisions, the latest first; none where this session may not see them.
    func decisions(of person: Person) async throws -> [ConsentEvent] {
        guard schema.object("ConsentEvent") != nil else { return [] }
        return try await consents.history(of: person.id)
    }

    /// The names of the people whom requests are about; those who are erased or sealed have none.
    func people(of requests: [DataSubjectRequest]) async throws -> [RecordID: String] {
        var names: [RecordID: String] = [:]
        let byObject = Dictionary(grouping: Set(requests.map(\.person))) { schema.object(of: $0)?.name ?? "" }
        for (object, ids) in byObject where schema.object(object)?.isPerson == true {
            let rows = try await session.query(
                "SELECT Id, Name FROM \(object) WHERE Id IN :ids", bindings: ["ids": .many(ids.map(Value.id))]
            )
            for row in rows { if let id = row.id { names[id] = row.text("Name") } }
        }
        return names
    }

    /// What stands in place of the name of somebody who is not to be found.
    func absent(_ request: DataSubjectRequest) -> String {
        switch (request.kind, request.status) {
        case (.restriction, .carriedOut), (.restriction, .announced): words("request.person_sealed")
        default: words("request.person_gone")
        }
    }

    func regulationName(_ code: String) -> String { words.known("regulation.\(code)") ?? code.uppercased() }
}
