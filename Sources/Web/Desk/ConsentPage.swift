import Engine
import HTTP
import Hummingbird
import Privacy
import Records

/// What a person decided about a channel, taken down with its proof; giving and withdrawing alike.
enum ConsentPage {
    /// What the page shows.
    struct Page: Sendable {
        let name: String
        let personHref: String
        let errors: Notice?
        /// Nil for whom may look and not record.
        let form: Form?
        let channels: [ChannelView]
        let events: [EventRow]
        let hasEvents: Bool
        let eventCount: String
    }

    /// What is asked of whoever records a decision.
    struct Form: Sendable {
        let action: String
        let token: String
        let personHref: String
        let channelChoices: [Choice]
        let isOptIn: Bool
        let isOptOut: Bool
        let statusError: String?
        let methods: [Choice]
        let date: String
        let dateError: String?
        let source: String
        let sourceError: String?
        let shown: String
        let shownError: String?
        let version: String
        let textLanguages: [Choice]
    }

    /// A decision in the history.
    struct EventRow: Sendable {
        let time: TimeView
        let channel: String
        let state: StateWord
        let method: String
        let source: String
        let shown: String?
        let version: String
        let by: String
    }

    /// What was found wrong with what was typed.
    struct Errors: Sendable {
        var status: String?
        var date: String?
        var source: String?
        var shown: String?

        var items: [Notice.Item] {
            [("#status-in", status), ("#date", date), ("#source", source), ("#shown", shown)].compactMap {
                place, text in
                text.map { Notice.Item(href: place, text: $0) }
            }
        }
    }

    static func show(_ visit: Visit) async throws -> Response {
        let person = try await Person.at(try visit.id(), visit)
        return try await page(of: person, typed: nil, errors: Errors(), visit)
    }

    static func save(_ visit: Visit) async throws -> Response {
        guard visit.mayRecordConsent else { throw NothingHere() }
        let form = try await visit.form()
        let person = try await Person.at(try visit.id(), visit)
        let words = visit.words
        var errors = Errors()
        let isOptIn = form["status"] == "OptIn"
        if !isOptIn && form["status"] != "OptOut" { errors.status = words("consent.error_status") }
        let day = form["date"].flatMap { Day($0) }
        if day.map({ $0 > visit.dates.today }) ?? true { errors.date = words("consent.error_date") }
        let shown = form["shown"] ?? ""
        // Giving needs its proof whole (Art. 7(1)); withdrawing is never refused for a field left empty (Art. 7(3)).
        if isOptIn && isBlank(form["source"]) { errors.source = words("consent.error_source") }
        if isOptIn && isBlank(shown) { errors.shown = words("consent.error_shown") }
        guard let day, errors.items.isEmpty, let channel = form["channel"].flatMap(ContactChannel.init) else {
            return try await page(of: person, typed: form, errors: errors, visit)
        }
        try await visit.consents.record(
            ConsentDecision(
                channel: channel, isOptIn: isOptIn,
                method: ConsentDecision.methods.first { $0 == form["method"] } ?? ConsentDecision.methods[0],
                source: form["source"] ?? "", textShown: shown.isEmpty ? nil : shown, textVersion: form["version"],
                language: Language(locale: form["language"])?.rawValue ?? words.language.rawValue,
                captured: day == visit.dates.today ? nil : Instant(startOf: day)
            ),
            of: person.id
        )
        return .seeOther("/people/\(person.id)/consent", told: .consent)
    }

    private static func isBlank(_ text: String?) -> Bool { !(text ?? "").contains { !$0.isWhitespace } }

    private static func page(
        of person: Person, typed: FormFields?, errors: Errors, _ visit: Visit
    ) async throws -> Response {
        let words = visit.words
        let events = try await visit.decisions(of: person)
        let names = try await visit.names(of: Set(events.compactMap(\.capturedBy)))
        let channels = try await Channel.all(of: person, visit)
        let page = Page(
            name: person.name, personHref: "/people/\(person.id)",
            errors: errors.items.isEmpty ? nil : .failed(words("consent.error_title"), items: errors.items),
            form: visit.mayRecordConsent ? form(of: person, typed: typed, errors: errors, visit) : nil,
            channels: channels.map { $0.view(visit) },
            events: events.map { row($0, by: $0.capturedBy.flatMap { names[$0] }, visit) },
            hasEvents: !events.isEmpty, eventCount: words.count("consent.events", events.count)
        )
        return visit.page("consent", title: "\(words("consent.title")) · \(person.name)", at: .contacts, page)
    }

    private static func form(of person: Person, typed: FormFields?, errors: Errors, _ visit: Visit) -> Form {
        let words = visit.words
        let base = "/people/\(person.id)"
        let asked = typed?["channel"] ?? visit.request.uri.queryParameters["channel"].map(String.init) ?? "Email"
        let language = typed?["language"] ?? words.language.rawValue
        return Form(
            action: base + "/consent", token: visit.token.text, personHref: base,
            channelChoices: ContactChannel.allCases.map { channel in
                Choice(
                    channel.rawValue, words("channel.\(channel.rawValue.lowercased())"),
                    isChosen: channel.rawValue == asked
                )
            },
            isOptIn: typed?["status"] == "OptIn", isOptOut: typed?["status"] == "OptOut", statusError: errors.status,
            methods: ConsentDecision.methods.map {
                Choice($0, words("consent_method.\($0)"), isChosen: typed?["method"] == $0)
            },
            date: typed?["date"] ?? visit.dates.today.description, dateError: errors.date,
            source: typed?["source"] ?? "", sourceError: errors.source, shown: typed?["shown"] ?? "",
            shownError: errors.shown,
            version: typed?["version"] ?? "",
            textLanguages: Language.allCases.map { choice in
                Choice(
                    choice.rawValue, words("layout.language_\(choice.rawValue)"), isChosen: choice.rawValue == language)
            }
        )
    }

    private static func row(_ event: ConsentEvent, by name: String?, _ visit: Visit) -> EventRow {
        let words = visit.words
        return EventRow(
            time: visit.dates.view(event.captured), channel: words("channel.\(event.channel.rawValue.lowercased())"),
            state: event.status == .optIn ? .may(words("consent.in")) : .no(words("consent.out")),
            method: words.known("consent_method.\(event.method)") ?? event.method, source: event.source ?? "",
            shown: event.textShown, version: event.textVersion ?? words("consent.text_link"), by: name ?? ""
        )
    }
}
