import Engine
import HTTP
import Hummingbird
import Identity
import Records

/// Where the user is signed in, and what they have allowed applications: each can be ended.
struct AccessPage: Sendable {
    let identity: Identity

    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let sessions: [SessionRow]
        let hasOthers: Bool
        let grants: [GrantRow]
    }

    /// A place where the user is signed in.
    struct SessionRow: Sendable {
        let name: String
        let purpose: String
        let since: TimeView
        let used: TimeView
        /// Nil for the one that looks: it signs out.
        let endAction: String?
    }

    /// An application that may come in.
    struct GrantRow: Sendable {
        let name: String
        let abilities: [String]
        let since: TimeView
        let used: TimeView
        let endAction: String
    }

    static let path = "/access"

    func show(_ visit: Visit) async throws -> Response {
        let words = visit.words
        let user = visit.session.user
        let current = visit.signIn
        // What an application came in with is told once, below.
        let sessions = try await identity.accessSessions(of: user).filter { $0.grant == nil }.map { session in
            SessionRow(
                name: session.application, purpose: words.known("purpose.\(session.purpose)") ?? session.purpose,
                since: visit.dates.view(session.createdAt), used: visit.dates.view(session.lastUsedAt),
                endAction: session.id == current ? nil : "\(Self.path)/sessions/\(session.id)")
        }
        let grants = try await identity.grants(of: user).map { grant in
            GrantRow(
                name: grant.applicationName, abilities: grant.scopes.names.map { words("scope.\($0)") },
                since: visit.dates.view(grant.createdAt), used: visit.dates.view(grant.lastUsedAt),
                endAction: "\(Self.path)/grants/\(grant.id)")
        }
        return visit.page(
            "access", title: words("access.title"), at: nil,
            Page(
                token: visit.token.text, sessions: sessions,
                hasOthers: sessions.count > 1 || !grants.isEmpty, grants: grants))
    }

    func endSession(_ visit: Visit) async throws -> Response {
        _ = try await visit.form()
        try await identity.revoke(try visit.id(), of: visit.session.user)
        return .seeOther(Self.path, told: .sessionEnded)
    }

    func endGrant(_ visit: Visit) async throws -> Response {
        _ = try await visit.form()
        try await identity.revoke(grant: try visit.id(), of: visit.session.user)
        return .seeOther(Self.path, told: .grantEnded)
    }

    func endOthers(_ visit: Visit) async throws -> Response {
        _ = try await visit.form()
        try await identity.revokeAll(of: visit.session.user, but: visit.signIn)
        return .seeOther(Self.path, told: .othersEnded)
    }
}
