public import Engine
public import Records

/// A hotel company with a dozen guests, their cases, mails and consents: what tests of behaviour are told about.
///
/// People are ``Guest``s; other records have names, such as `case.booking`, by which ``record(_:)`` finds them.
public struct Company: Sendable {
    /// Open as long as the company is there.
    public let engine: Engine
    /// The organisation's folder.
    public let folder: String
    /// What the engine takes for the time.
    public let clock: TestClock
    /// Somebody with the profile System Administrator.
    public let administrator: Session
    /// Somebody with the profile Standard User.
    public let agent: Session

    private let ids: [String: RecordID]

    /// The guest's contact.
    public subscript(_ guest: Guest) -> RecordID { record("contact.\(guest)") }

    /// The guest's individual: the root of the data subject.
    public func individual(_ guest: Guest) -> RecordID { record("individual.\(guest)") }

    /// A record by its name, as ``CompanyRows`` gives it.
    public func record(_ name: String) -> RecordID {
        guard let id = ids[name] else { preconditionFailure("the company has no record named \(name)") }
        return id
    }

    init(making engine: Engine, in folder: String, clock: TestClock) async throws {
        self.engine = engine
        self.folder = folder
        self.clock = clock
        var rows = CompanyRows(session: engine.systemSession(as: .install, reason: "the company that the tests know"))
        try await rows.make()
        ids = rows.ids
        let people = (administrator: try rows.id("user.administrator"), agent: try rows.id("user.agent"))
        administrator = try await engine.session(
            for: people.administrator, application: "tests", purpose: "administration"
        )
        agent = try await engine.session(for: people.agent, application: "tests", purpose: "customerService")
    }
}

/// Runs `body` with the company in a folder of its own, which is gone afterwards.
public func withCompany<T>(
    language: String = "ja", clock: TestClock = TestClock(), _ body: (Company) async throws -> T
) async throws -> T {
    try await withOrganisation(named: "青葉リゾート", language: language, clock: clock) { engine, folder in
        try await body(try await Company(making: engine, in: folder, clock: clock))
    }
}
