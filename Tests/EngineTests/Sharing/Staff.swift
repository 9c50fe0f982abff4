import AzukariTesting
import Engine
import Records
import Testing

/// A company of three: a head, and two agents below in different roles. What the tests of sharing begin with.
struct Staff {
    let engine: Engine
    /// May do everything.
    let admin: Session
    let head: Session
    let east: Session
    let west: Session
    let roles: (head: RecordID, east: RecordID, west: RecordID)

    static func with<T>(
        _ models: [String: SharingModel], clock: TestClock = TestClock(), _ body: (Staff) async throws -> T
    ) async throws -> T {
        try await Writing.withSession(clock: clock) { session, engine in
            for (object, model) in models.sorted(by: { $0.key < $1.key }) {
                try await session.setSharing(model, of: object)
            }
            let head = try await session.make("UserRole", ["Name": "Head"])
            let east = try await session.make("UserRole", ["Name": "East", "ParentRoleId": .id(head)])
            let west = try await session.make("UserRole", ["Name": "West", "ParentRoleId": .id(head)])
            func user(_ name: String, _ role: RecordID) async throws -> Session {
                let id = try await Self.addUser(name, role: role, session)
                return try await engine.session(for: id, application: "tests", purpose: "customerService")
            }
            return try await body(
                Staff(
                    engine: engine, admin: session, head: try await user("head", head),
                    east: try await user("east", east), west: try await user("west", west),
                    roles: (head, east, west)))
        }
    }

    static func addUser(
        _ name: String, role: RecordID? = nil, profile: String = "Standard User", _ session: Session
    ) async throws -> RecordID {
        let profile = try await session.query("SELECT Id FROM Profile WHERE Name = '\(profile)'")[0]
        return try await session.make(
            "User",
            [
                "LastName": .text(name), "Username": .text("\(name)@example.com"), "Alias": .text(name),
                "Email": .text("\(name)@example.com"), "ProfileId": profile["Id"], "EmailEncodingKey": "UTF-8",
                "UserRoleId": role.map { .id($0) } ?? .null, "IsActive": true,
            ])
    }

    /// The group that stands for a role, or for a role with all below.
    func group(_ type: String, of role: RecordID) async throws -> RecordID {
        try #require(
            try await admin.query(
                "SELECT Id FROM Group WHERE Type = '\(type)' AND RelatedId = :role", bindings: ["role": .one(.id(role))]
            ).first?.id)
    }
}
