import Engine
import HTTP
import Hummingbird
import Privacy
import Records

/// A request of a person is taken down: any words count, and the clock runs from the day it arrived.
enum RequestNew {
    /// What the page shows.
    struct Page: Sendable {
        let name: String
        let personHref: String
        let action: String
        let token: String
        let errors: Notice?
        let kindError: String?
        let kinds: [Choice]
        let regulations: [Choice]
        let received: String
        let channelChoices: [Choice]
        let reason: String
    }

    private static let channels = ["Email", "Phone", "Letter", "Desk", "Portal"]
    private static let regulations = ["gdpr"]

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.isOfficer else { throw NothingHere() }
        let person = try await Person.at(try visit.id(), visit)
        return page(person, typed: nil, errors: [], kindError: nil, visit)
    }

    static func save(_ visit: Visit) async throws -> Response {
        guard visit.isOfficer else { throw NothingHere() }
        let form = try await visit.form()
        let person = try await Person.at(try visit.id(), visit)
        let words = visit.words
        var errors: [Notice.Item] = []
        let kind = form["kind"].flatMap(RequestKind.init)
        if kind == nil { errors.append(Notice.Item(href: "#kind-Access", text: words("request_new.error_kind"))) }
        let received = form["received"].flatMap { Day($0) }
        if received.map({ $0 > visit.dates.today }) ?? true {
            errors.append(Notice.Item(href: "#received", text: words("request_new.error_received")))
        }
        guard let kind, let received, errors.isEmpty else {
            return page(
                person, typed: form, errors: errors, kindError: kind == nil ? words("request_new.error_kind") : nil,
                visit
            )
        }
        let reason = form["reason"] ?? ""
        let request = try await visit.requests.open(
            .init(
                kind, of: person.id,
                regulation: regulations.first { $0 == form["regulation"] } ?? regulations[0],
                received: received == visit.dates.today ? nil : Instant(startOf: received),
                channel: channels.first { $0 == form["channel"] } ?? "Desk",
                reason: reason.isEmpty ? nil : reason, language: words.language.rawValue
            )
        )
        return .seeOther("/privacy/\(request.id)", told: .requestOpened)
    }

    private static func page(
        _ person: Person, typed: FormFields?, errors: [Notice.Item], kindError: String?, _ visit: Visit
    ) -> Response {
        let words = visit.words
        let base = "/people/\(person.id)"
        let page = Page(
            name: person.name, personHref: base, action: base + "/requests", token: visit.token.text,
            errors: errors.isEmpty ? nil : .failed(words("request_new.error_title"), items: errors),
            kindError: kindError,
            kinds: RequestKind.allCases.map { kind in
                Choice(
                    kind.rawValue, words("kind.\(kind.rawValue)"), isChosen: typed?["kind"] == kind.rawValue,
                    hint: words("kind_hint.\(kind.rawValue)")
                )
            },
            regulations: regulations.map { code in
                Choice(code, visit.regulationName(code), isChosen: typed?["regulation"] == code)
            },
            received: typed?["received"] ?? visit.dates.today.description,
            channelChoices: channels.map { name in
                Choice(name, words("request_channel.\(name)"), isChosen: typed?["channel"] == name)
            },
            reason: typed?["reason"] ?? ""
        )
        return visit.page("request-new", title: words("request_new.title"), at: .privacy, page)
    }
}
