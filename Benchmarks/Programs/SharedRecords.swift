import ArgumentParser
import Engine
import Foundation
import Records

/// Fills an organisation with users, roles, rules and cases, and reads the newest cases as some of the users: with everybody
/// seeing all, and with each seeing what is shared.
struct SharedRecords: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shared", abstract: "The newest visible cases, with sharing and without."
    )

    @Argument(help: "The organisation's folder.")
    var folder: String

    @Option(help: "How many cases.")
    var rows = 1_000_000

    @Option(help: "How many users.")
    var users = 10_000

    private static let roles = 500
    private static let rules = 100
    private static let asked = 60
    private static let query = """
        SELECT Id, CaseNumber, Subject, Status, Priority, OwnerId, CreatedDate FROM Case \
        ORDER BY SystemModstamp DESC LIMIT 50
        """

    func run() async throws {
        let engine = try await Engine.open(folder: folder, environment: .system)
        do {
            try await measure(engine)
        } catch {
            await engine.close()
            throw error
        }
        await engine.close()
    }

    private func measure(_ engine: Engine) async throws {
        let session = engine.systemSession(as: .operator, reason: "benchmark of sharing")
        var chance = Chance()
        let roles = try await makeRoles(session)
        let users = try await makeUsers(session, roles)
        try await makeRules(session, &chance)
        let cases = Cases(rows: rows, owners: users, chance: chance)
        _ = try await session.load("Case", fields: ["Subject", "Priority", "OwnerId"], rows: cases) { _ in }
        let some = (0..<Self.asked).map { users[($0 * 997 + 13) % users.count] }
        var open: [RecordID: Double] = [:]
        for user in some { open[user] = try await time(of: user, engine).microseconds }
        try await session.setSharing(.private, of: "Case")
        var ratios: [(ratio: Double, rows: Int)] = []
        for user in some {
            let (microseconds, rows) = try await time(of: user, engine)
            ratios.append((microseconds / (open[user] ?? 1), rows))
        }
        let head = try await time(of: users[0], engine)
        // A rule that changes, and the next answer: nothing is kept row by row that would have to be made anew.
        let rule = try await session.query("SELECT Id FROM SharingRule LIMIT 1")[0]["Id"]
        let begun = ContinuousClock.now
        _ = try await session.update(
            Batch("SharingRule", ["Id": rule, "AccessLevel": "Edit"]), onFailure: .rollbackAll)
        let first = try await engine.session(for: users[1], application: "bench", purpose: "customerService")
        _ = try await first.query(Self.query)
        let change = (ContinuousClock.now - begun) / .milliseconds(1)
        let sorted = ratios.map(\.ratio).sorted()
        let middleOpen = open.values.sorted()[open.count / 2]
        print(
            """
            {"ratio": \(sorted[sorted.count / 2]), "worst": \(sorted[sorted.count - 1]), "open": \(middleOpen), \
            "head": \(head.microseconds / (open[users[0]] ?? middleOpen)), "change": \(change), \
            "rows": \(ratios.map(\.rows).reduce(0, +) / ratios.count)}
            """)
    }

    private func time(of user: RecordID, _ engine: Engine) async throws -> (microseconds: Double, rows: Int) {
        let session = try await engine.session(for: user, application: "bench", purpose: "customerService")
        var times: [Double] = []
        var rows = 0
        for _ in 0..<7 {
            let begun = ContinuousClock.now
            rows = try await session.query(Self.query).count
            times.append((ContinuousClock.now - begun) / .microseconds(1))
        }
        return (times.sorted()[3], rows)
    }

    // MARK: The company

    private func makeRoles(_ session: Session) async throws -> [RecordID] {
        var roles: [RecordID] = []
        for number in 0..<Self.roles {
            let parent: Value = number == 0 ? .null : .id(roles[(number - 1) / 7])
            roles.append(
                try await Self.make(session, "UserRole", ["Name": .text("Role \(number)"), "ParentRoleId": parent]))
        }
        return roles
    }

    private func makeUsers(_ session: Session, _ roles: [RecordID]) async throws -> [RecordID] {
        let profile = try await session.query("SELECT Id FROM Profile WHERE Name = 'Standard User'")[0]["Id"]
        let fields = [
            "LastName", "Username", "Email", "Alias", "ProfileId", "UserRoleId", "EmailEncodingKey", "IsActive",
        ]
        var users: [RecordID] = []
        for start in stride(from: 0, to: self.users, by: 1_000) {
            let rows = (start..<min(start + 1_000, self.users)).map { number -> [Value] in
                let name = "user\(number)@example.com"
                return [
                    .text("User \(number)"), .text(name), .text(name), "u", profile, .id(roles[number % roles.count]),
                    "UTF-8", true,
                ]
            }
            let made = try await session.create(
                Batch("User", fields: fields, rows: rows), onFailure: .rollbackAll)
            users += made.compactMap(\.id)
        }
        guard users.count == self.users else { throw ValidationError("A user was refused.") }
        return users
    }

    private func makeRules(_ session: Session, _ chance: inout Chance) async throws {
        let groups = try await session.query("SELECT Id FROM Group WHERE Type = 'Role'").compactMap(\.id)
        for number in 0..<Self.rules {
            let isByOwner = number % 2 == 0
            let to = Value.id(groups[chance.next(groups.count)])
            let from = Value.id(groups[chance.next(groups.count)])
            _ = try await Self.make(
                session, "SharingRule",
                [
                    "Name": .text("Rule \(number)"), "SobjectType": "Case",
                    "Type": isByOwner ? "Owner" : "Criteria", "SharedFromId": isByOwner ? from : .null,
                    "SharedToId": to, "Criteria": isByOwner ? .null : .text("Subject = 'Case \(number)'"),
                ])
        }
    }

    private static func make(
        _ session: Session, _ object: String, _ values: KeyValuePairs<String, Value>
    ) async throws -> RecordID {
        let outcome = try await session.create(Batch(object, values), onFailure: .rollbackAll)[0]
        guard let id = outcome.id else { throw outcome.errors[0] }
        return id
    }
}

/// Cases in blocks, each of some user.
private struct Cases: AsyncSequence, AsyncIteratorProtocol {
    var rows: Int
    let owners: [RecordID]
    var chance: Chance

    func makeAsyncIterator() -> Self { self }

    mutating func next() async throws -> CellBlock? {
        if rows == 0 { return nil }
        var block = CellBlock(columnCount: 3)
        for _ in 0..<Swift.min(5_000, rows) {
            rows -= 1
            block.append([
                .text("Case \(rows % 1_000)"), rows % 3 == 0 ? "High" : "Medium",
                .id(owners[chance.next(owners.count)]),
            ])
        }
        return block
    }
}

/// The same numbers in every run.
private struct Chance {
    private var state: UInt64 = 7

    mutating func next(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
