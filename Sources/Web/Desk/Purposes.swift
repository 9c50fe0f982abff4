import Engine
import Privacy
import Records

/// For what a person's data is held: the consents by purpose, and the legal bases.
enum Purposes {
    private static let columns = [
        "Id", "Name", "ContactPointType", "PrivacyConsentStatus", "CaptureDate", "CaptureSource", "EffectiveFrom",
        "EffectiveTo", "DataUsePurpose.Name", "DataUsePurpose.LegalBasis.Name", "DataUsePurpose.LegalBasis.Source",
    ]

    /// The consents by contact point type, and the last decision for each channel that has a proof.
    static func consents(of person: Person, _ visit: Visit) async throws -> [PersonPage.ConsentLine] {
        let rows = try await rows(of: person, visit)
        let lines = rows.map { row -> PersonPage.ConsentLine in
            let channel = visit.picklistLabel(
                "ContactPointTypeConsent", "ContactPointType", row.text("ContactPointType"))
            let label = row.text("DataUsePurpose.Name").map { "\($0) · \(channel)" } ?? channel
            return PersonPage.ConsentLine(
                label: label, state: state(row.text("PrivacyConsentStatus") ?? "", visit.words),
                note: note(row.moment("CaptureDate"), row.text("CaptureSource"), visit)
            )
        }
        var seen: Set<ContactChannel> = []
        let proven = try await visit.decisions(of: person).filter { event in
            // What followed from a decision stands there already, with its date.
            let isThere = rows.contains { row in
                row.text("ContactPointType") == event.channel.rawValue
                    && row.text("PrivacyConsentStatus") == event.status.rawValue
            }
            return seen.insert(event.channel).inserted && !isThere
        }
        return lines
            + proven.map { event in
                PersonPage.ConsentLine(
                    label: visit.words("channel.\(event.channel.rawValue.lowercased())"),
                    state: state(event.status.rawValue, visit.words),
                    note: note(event.captured, event.source, visit)
                )
            }
    }

    /// Why the data is held: each purpose once with its legal basis, and open cases as the service that was asked for.
    static func held(of person: Person, openCases: Int, _ visit: Visit) async throws -> [PersonPage.Held] {
        let words = visit.words
        if visit.isOfficer { return try await holdings(of: person, visit) }
        var held: [PersonPage.Held] = []
        if openCases > 0 {
            held.append(
                PersonPage.Held(
                    purpose: words("held.cases"), basis: words("held.cases_basis"), until: words("held.cases_until")
                )
            )
        }
        var seen: Set<String> = []
        for row in try await rows(of: person, visit) where row.text("PrivacyConsentStatus") == "OptIn" {
            let purpose = row.text("DataUsePurpose.Name") ?? words("held.contact")
            guard seen.insert(purpose).inserted else { continue }
            let basis = [row.text("DataUsePurpose.LegalBasis.Name"), row.text("DataUsePurpose.LegalBasis.Source")]
            let named = basis.compactMap { $0 }.joined(separator: " · ")
            let until = row.moment("EffectiveTo").map { visit.dates.long(visit.dates.day(of: $0)) }
            held.append(
                PersonPage.Held(
                    purpose: purpose, basis: named.isEmpty ? words("held.consent_basis") : named,
                    until: until.map { words("person.until", ["date": $0]) } ?? words("held.consent_until")
                )
            )
        }
        return held
    }

    /// What the rules of the organisation say, for those who may look at a person as a whole.
    private static func holdings(of person: Person, _ visit: Visit) async throws -> [PersonPage.Held] {
        let words = visit.words
        let language = words.language
        let holdings = try await Holdings(visit.session).holdings(of: person.id)
        let byPurpose = Dictionary(grouping: holdings) { $0.purpose[language.rawValue] ?? "" }
        return byPurpose.sorted { $0.key > $1.key }.map { purpose, holdings in
            let objects = holdings.map { "\(visit.objectLabel($0.object)) \(Words.grouped($0.count))" }
            let basis = holdings.first?.basis.map { $0.label(language.rawValue) }
            let article = holdings.first?.article.map { LawReference.text($0, language) }
            let until = holdings.compactMap(\.until).max()
            return PersonPage.Held(
                purpose: purpose.isEmpty ? words("person.no_basis") : purpose,
                basis: ([basis, article].compactMap { $0 } + [objects.joined(separator: language.comma)])
                    .joined(separator: " · "),
                until: until.map { words("person.until", ["date": visit.dates.long($0)]) }
            )
        }
    }

    /// Those in force.
    private static func rows(of person: Person, _ visit: Visit) async throws -> [Record] {
        guard let individual = person.individual else { return [] }
        return try await visit.rows(
            columns, of: "ContactPointTypeConsent",
            needing: ["PartyId", "EffectiveTo", "ContactPointType", "CaptureDate"],
            """
            WHERE PartyId = :individual AND (EffectiveTo = null OR EffectiveTo > :now) \
            ORDER BY ContactPointType, CaptureDate DESC LIMIT 100
            """,
            ["individual": .one(.id(individual)), "now": .one(.datetime(visit.dates.now))])
    }

    private static func state(_ status: String, _ words: Words) -> StateWord {
        switch status {
        case "OptIn": .may(words("consent.in"))
        case "OptOut": .no(words("consent.out"))
        default: .ask(words("consent.pending"))
        }
    }

    private static func note(_ captured: Instant?, _ source: String?, _ visit: Visit) -> String? {
        let parts = [captured.map { visit.dates.short(visit.dates.day(of: $0)) }, source].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }
}
