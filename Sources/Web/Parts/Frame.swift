/// What every template is filled with: the frame around a page, and the page.
protocol FrameOfPage: Sendable {}

/// The frame around a page. Field names are those that templates use.
struct Frame<Page: Sendable>: FrameOfPage {
    let lang: String
    let density: String
    /// Says record and place.
    let title: String
    let t: Words
    let assets: AssetLinks
    /// The header; nil where nobody is signed in.
    let chrome: Chrome?
    let notice: Notice?
    let page: Page
}

/// The header: where one can go, who one is and for which purpose one works.
struct Chrome: Sendable {
    let places: [PlaceLink]
    let searched: String
    let user: String
    let purpose: String
    let languages: [LanguageLink]
    let densities: [PlaceLink]
    /// Guards the form that signs out.
    let token: String
    /// Whether its reader sees what everybody did.
    let administers: Bool
    /// Whether its reader decides who sees which records.
    let setsSharing: Bool
    /// Whether its reader decides what customer data may be used for.
    let setsPurposes: Bool
    /// Whether its reader decides who may sign in when and from where.
    let setsPolicies: Bool
    /// Whether its reader decides how records lie in the database.
    let setsEncryption: Bool
    let organisation: String
    let zone: String
}

/// A link to a place, marked where it is the one that is shown.
struct PlaceLink: Sendable {
    let href: String
    let label: String
    let isCurrent: Bool
}

/// A link to this page in another language, written in that language.
struct LanguageLink: Sendable {
    let href: String
    let code: String
    let label: String
    let isCurrent: Bool
}
