import Engine
import Identity
import Records

extension OrganisationOptions {
    /// Has the organisation open for as long as `body` runs, to change who may come in.
    func withIdentity<T>(_ body: (Identity, Engine) async throws -> T) async throws -> T {
        try await withEngine { engine in
            try await body(try Identity(engine: engine, environment: .system, parameters: .standard), engine)
        }
    }
}

extension Engine {
    /// The user who signs in by this name.
    func userID(named username: String) async throws -> RecordID {
        let users = try await systemSession(as: .operator, reason: "looking up a user").query(
            "SELECT Id FROM User WHERE Username = :name LIMIT 1", bindings: ["name": .one(.text(username))])
        guard let id = users.first?.id else {
            throw PlatformError(.notFound, "There is no user named \(username).")
        }
        return id
    }
}
