import Identity

/// What an application would be allowed, as its user is asked it.
struct Asking: Sendable {
    let heading: String
    /// What it could do, a line each.
    let abilities: [String]
    let purposes: [String]
    let user: String

    init(application: ConnectedApplication, scopes: Scopes, _ visit: Visit) {
        let words = visit.words
        heading = words("allowing.heading", ["name": application.name])
        abilities = scopes.names.map { words("scope.\($0)") }
        purposes = application.purposes.map { words.known("purpose.\($0)") ?? $0 }
        user = visit.user
    }
}
