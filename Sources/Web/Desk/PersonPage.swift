import Engine
import Hummingbird
import Privacy
import Records

/// A customer whole: who they are and whether we may reach them, what happened, and why we hold it.
enum PersonPage {
    /// What the page shows.
    struct Page: Sendable {
        let name: String
        let reading: String?
        let role: String?
        let account: String?
        let consentHref: String
        let mayRecord: Bool
        let channels: [ChannelView]
        let facts: [Fact]
        let id: String
        let composer: Composer.View
        let days: [Timeline.Day]
        let timelineCount: String
        /// Nil for whom there is no register of requests.
        let register: Register?
        let cases: [CaseLine]
        let caseCount: String
        let consents: [ConsentLine]
        let held: [Held]
        let reads: [ReadLine]
        let readCount: String
        /// Who sees the record; nil for whom that is not told.
        let accessHref: String?
    }

    /// What the person asked for, and what can be done for them.
    struct Register: Sendable {
        let requests: [RequestLine]
        let newRequest: String
        let packages: [PlaceLink]
    }

    /// A consent in a short list.
    struct ConsentLine: Sendable {
        let label: String
        let state: StateWord
        let note: String?
    }

    /// Why we hold something: purpose, legal basis, until when.
    struct Held: Sendable {
        let purpose: String
        let basis: String
        let until: String?
    }

    /// Somebody who read the records or received them.
    struct ReadLine: Sendable {
        let who: String
        /// How often in a row, where more than once.
        let times: String?
        let time: TimeView?
        let how: String
    }

    static func show(_ visit: Visit) async throws -> Response {
        do {
            return try await show(visit, draft: nil)
        } catch is NothingHere {
            return try await RestrictedPage.show(try visit.id(), visit)
        }
    }

    /// - Parameter draft: what was typed and could not be recorded, with the reason.
    static func show(_ visit: Visit, draft: Composer.Draft?) async throws -> Response {
        let person = try await Person.at(try visit.id(), visit)
        let words = visit.words
        let channels = try await Channel.all(of: person, visit)
        let cases = try await cases(of: person, visit)
        let requests = try await requests(of: person, visit)
        let accesses = try await ReadOfPerson.all(of: person, visit)
        let history = PersonHistory(person: person, requests: requests, accesses: accesses, visit: visit)
        let moments = try await history.moments()
        let base = "/people/\(person.id)"
        let page = Page(
            name: person.name,
            reading: person.record.text("Kana__c"),
            role: person.record.text("Title"),
            account: person.record.text("Account.Name") ?? person.record.text("Company"),
            consentHref: base + "/consent",
            mayRecord: visit.mayRecordConsent,
            channels: channels.map { $0.view(visit) },
            facts: person.facts(visit),
            id: person.id.description,
            composer: Composer.view(of: person, channels: channels, cases: cases, draft: draft, visit: visit),
            days: Timeline.days(moments, dates: visit.dates),
            timelineCount: words.count("person.timeline_count", moments.count),
            register: visit.isOfficer
                ? Register(
                    requests: requests.map { RequestLine($0, visit) }, newRequest: base + "/requests/new",
                    packages: PackageDownload.links(person.id, words)
                ) : nil,
            cases: cases.compactMap { CaseLine($0, visit) },
            caseCount: Words.grouped(cases.count),
            consents: try await Purposes.consents(of: person, visit),
            held: try await Purposes.held(of: person, openCases: cases.count, visit),
            reads: ReadOfPerson.runs(accesses, visit.dates).prefix(8).map { read($0.latest, times: $0.count, visit) },
            readCount: words.count("person.reads_of", accesses.count),
            accessHref: visit.setsSharing ? "/records/\(try visit.id())/access" : nil
        )
        return visit.page("person", title: person.name, at: .contacts, page)
    }

    private static func cases(of person: Person, _ visit: Visit) async throws -> [Record] {
        guard person.object == "Contact" else { return [] }
        return try await visit.rows(
            CaseLine.fields, of: "Case", needing: ["ContactId", "IsClosed"],
            "WHERE ContactId = :person AND IsClosed = false ORDER BY CreatedDate DESC LIMIT 50",
            ["person": .one(.id(person.id))])
    }

    private static func requests(of person: Person, _ visit: Visit) async throws -> [DataSubjectRequest] {
        guard visit.isOfficer, let subject = try await visit.session.subject(of: person.id) else { return [] }
        return try await Requests(visit.session, environment: visit.environment).requests(of: subject)
    }

    private static func read(_ access: ReadOfPerson, times: Int, _ visit: Visit) -> ReadLine {
        ReadLine(
            who: access.who, times: times > 1 ? visit.words("person.read_times", ["n": Words.grouped(times)]) : nil,
            time: visit.dates.view(access.at),
            how: visit.words(
                "person.read_how",
                [
                    "kind": visit.words("access.\(access.kind)"), "application": access.application,
                    "purpose": access.purpose,
                ]
            )
        )
    }
}
