import Engine
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Identity
import Records

/// One request of somebody who is signed in: who they are at the door, and how they are answered.
struct Visit: Sendable {
    let site: Site
    let session: Session
    let identity: Identity
    let environment: Records.Environment
    let organisation: Organisation
    /// What this session may see.
    let schema: Schema
    let words: Words
    let dates: Dates
    let preferences: Preferences
    let user: String
    let token: FormToken
    let request: Request
    /// The caller's network address.
    let address: String
    let parameters: Parameters

    /// The places of the header.
    enum Place: String, CaseIterable, Sendable {
        case home = "/"
        case contacts = "/contacts"
        case cases = "/cases"
        case privacy = "/privacy"
    }

    /// Whether this session keeps the register of requests.
    var isOfficer: Bool { schema.object("DataSubjectRequest") != nil }

    /// Whether this session may read the event log files.
    var seesEvents: Bool { schema.object("EventLogFile") != nil }

    /// The form's fields, which the route has checked to come from a page of ours.
    func form() async throws -> FormFields { try await FormToken.checked(request) }

    /// The parameters behind the question mark.
    func query() throws -> FormFields { try request.query() }

    /// Under which name this server was called; only what may stand in a name.
    var host: String {
        let allowed: (Character) -> Bool = { $0.isASCII && ($0.isLetter || $0.isNumber || ".-:[]".contains($0)) }
        return (request.head.authority ?? "localhost").filter(allowed)
    }

    /// The record id in the path.
    /// - Throws: ``NothingHere`` where it is none.
    func id(_ name: String = "id") throws -> RecordID {
        guard let text = parameters.get(name), let id = RecordID(text) else { throw NothingHere() }
        return id
    }

    /// A page with the header around it.
    func page(
        _ template: String, title: String, at place: Place?, _ page: some Sendable, notice: Notice? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let frame = Frame(
            lang: words.language.rawValue, density: preferences.density,
            title: "\(title) · \(organisation.name) · Azukari", t: words, assets: site.assets.links,
            chrome: chrome(at: place), notice: notice ?? told, page: page
        )
        return site.response(template, frame, status: status)
    }

    /// A page that asks one thing, without the header.
    func plainPage(
        _ template: String, title: String, _ page: some Sendable, status: HTTPResponse.Status = .ok
    ) -> Response {
        let frame = Frame(
            lang: words.language.rawValue, density: "comfortable", title: "\(title) · Azukari", t: words,
            assets: site.assets.links, chrome: nil, notice: nil, page: page)
        return site.response(template, frame, status: status)
    }

    /// What the form that led here has done: a key of the words, from a closed set.
    private var told: Notice? {
        guard let told = request.uri.queryParameters["told"], let known = Told(rawValue: String(told)) else {
            return nil
        }
        return .done(words(known.rawValue))
    }

    private func chrome(at current: Place?) -> Chrome {
        let places = Place.allCases.filter { $0 != .privacy || isOfficer }.map { place in
            PlaceLink(href: place.rawValue, label: label(of: place), isCurrent: place == current)
        }
        let here = PercentEncoding.encode(request.method == .get ? request.uri.string : "/")
        return Chrome(
            places: places,
            searched: request.uri.path == "/search" ? (try? query()["q"]) ?? "" : "",
            user: user,
            purpose: words.known("purpose.\(session.purpose)") ?? session.purpose,
            languages: LanguageLink.all(words: words, back: here),
            densities: [
                PlaceLink(
                    href: "/density/compact?back=\(here)", label: words("layout.density_compact"),
                    isCurrent: !preferences.isComfortable
                ),
                PlaceLink(
                    href: "/density/comfortable?back=\(here)", label: words("layout.density_comfortable"),
                    isCurrent: preferences.isComfortable
                ),
            ],
            token: token.text, administers: seesEvents, setsSharing: setsSharing,
            setsPurposes: setsPurposes, setsPolicies: setsPolicies, setsEncryption: setsEncryption,
            organisation: organisation.name,
            zone: dates.zone.identifier
        )
    }

    private func label(of place: Place) -> String {
        switch place {
        case .home: words("layout.home")
        case .contacts: words("layout.contacts")
        case .cases: words("layout.cases")
        case .privacy: words("layout.privacy")
        }
    }
}

/// What a form has done, told on the page to which it leads.
enum Told: String, Sendable {
    case consent = "consent.saved"
    case caseStatus = "case.saved"
    case caseComment = "case.commented"
    case mail = "composer.done_mail"
    case call = "composer.done_call"
    case note = "composer.done_note"
    case requestOpened = "request_new.done"
    case requestMoved = "request.done"
    case deviceAllowed = "device.allowed"
    case deviceRefused = "device.refused"
    case sessionEnded = "access.session_ended"
    case grantEnded = "access.grant_ended"
    case othersEnded = "access.others_ended"
    case factorNeeded = "security.needed"
    case factorAdded = "security.added"
    case factorRemoved = "security.removed"
    case importDiscarded = "import.discarded"
    case sharingSaved = "sharing.saved"
    case policySaved = "policies.saved"
    case purposeSaved = "purposes.saved"
    case encryptionSaved = "encryption.saved"
    case purposeDeleted = "purposes.deleted"
}

/// Nothing to see: absent, or not for this reader. The two are answered alike.
struct NothingHere: Error {}

extension LanguageLink {
    /// Both languages.
    /// - Parameter back: the address to come back to, escaped.
    static func all(words: Words, back: String) -> [LanguageLink] {
        Language.allCases.map { language in
            LanguageLink(
                href: "/language/\(language.rawValue)?back=\(back)", code: language.rawValue,
                label: language == .ja ? words("layout.language_ja") : words("layout.language_en"),
                isCurrent: language == words.language
            )
        }
    }
}

extension Response {
    /// A page whose script asks this server for more.
    var talking: Response {
        var response = self
        response.headers[.contentSecurityPolicy] = Site.policy(talks: true)
        return response
    }

    /// After a form: the browser asks for the page anew, so that a reload repeats nothing.
    static func seeOther(_ path: String, told: Told? = nil) -> Response {
        var address = path
        if let told { address += (path.contains("?") ? "&" : "?") + "told=\(told.rawValue)" }
        return Response(status: .seeOther, headers: [.location: address, .cacheControl: "no-store"])
    }
}
