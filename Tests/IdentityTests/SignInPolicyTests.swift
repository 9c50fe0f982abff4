import AzukariTesting
import Engine
import Records
import Testing

@testable import Identity

struct SignInPolicyTests {
    private func policy(_ desk: Desk, _ values: KeyValuePairs<String, Value>) async throws -> [Outcome] {
        var batch = Batch("SignInPolicy", ["Name": "Policy"])
        for (name, value) in values {
            batch.fields.append(name)
            batch.rows[0].append(value)
        }
        return try await desk.engine.systemSession(as: .operator, reason: "test").create(batch, onFailure: .keepGoing)
    }

    private func time(_ hour: Int) -> Value { .time(TimeOfDay(milliseconds: hour * 3_600_000)) }

    @Test func `one comes in only from where one may`() async throws {
        try await Desk.run { desk in
            _ = try await policy(desk, ["Addresses": "10.0.0.0/8\n192.0.2.1"])
            _ = try await policy(desk, ["Addresses": "192.0.2.0/24"])
            _ = try await policy(desk, ["Addresses": "203.0.113.1", "IsActive": false])
            _ = try await desk.session()
            for address in ["192.0.2.2", "10.1.1.1", "203.0.113.1", "", "::1"] {
                await #expect(throws: SignInRefusal.addressNotAllowed, "\(address)") {
                    _ = try await desk.identity.start(
                        username: Desk.username, password: Desk.password, address: address, application: Desk.pages)
                }
            }
            // A wrong password learns nothing of it.
            await #expect(throws: SignInRefusal.wrongCredentials) {
                _ = try await desk.identity.start(
                    username: Desk.username, password: "wrong", address: "203.0.113.1", application: Desk.pages)
            }
        }
    }

    /// Monday, 23 November 2026, 9:00 in UTC, is when the clock of tests stands.
    @Test(
        arguments: [
            ("", 9, 17, 0, true), ("", 9, 17, 8, false), ("", 10, 17, 0, false), ("Monday", nil, nil, 0, true),
            ("Tuesday;Sunday", nil, nil, 0, false), ("Monday", 9, 17, 24, false), ("", 22, 6, 0, false),
            ("", 22, 6, 14, true), ("Monday", 22, 6, 20, true), ("Monday", 22, 6, 13, true),
            ("Tuesday", 22, 6, 20, false), ("Monday", 22, 6, 21, false),
        ] as [(String, Int?, Int?, Int64, Bool)])
    func `one is signed in only while one may be`(
        days: String, from: Int?, to: Int?, hours: Int64, isAllowed: Bool
    ) async throws {
        let clock = TestClock()
        let rows = try await withOrganisation(clock: clock) { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            _ = try await session.create(
                Batch(
                    "SignInPolicy",
                    [
                        "Name": "x", "Days": days.isEmpty ? .null : .text(days),
                        "StartTime": from.map(time) ?? .null, "EndTime": to.map(time) ?? .null,
                    ]),
                onFailure: .rollbackAll
            ).firstID()
            return try await session.query("SELECT \(SignInPolicy.columns) FROM SignInPolicy")
        }
        clock.advance(seconds: hours * 3600)
        #expect(SignInPolicy(rows, zone: "UTC").allows(at: clock.now) == isAllowed)
    }

    @Test func `a session ends when its hours do, when it was left, and when its time is over`() async throws {
        try await Desk.run { desk in
            func token() async throws -> String {
                guard case .granted(let grant) = try await desk.start() else { throw SignInRefusal.stepOver }
                return grant.token
            }
            _ = try await policy(desk, ["IdleMinutes": 10, "LifeMinutes": 30])
            _ = try await policy(desk, ["IdleMinutes": 60])
            let left = try await token()
            desk.clock.advance(seconds: 599)
            #expect(try await desk.identity.session(token: left) != nil)
            desk.clock.advance(seconds: 601)
            #expect(try await desk.identity.session(token: left) == nil)
            let used = try await token()
            for minute in 1...6 {
                desk.clock.advance(seconds: 300)
                #expect(try await (desk.identity.session(token: used) != nil) == (minute < 6), "minute \(minute * 5)")
            }
            #expect(try await desk.identity.session(token: used) == nil)
            let late = try await token()
            _ = try await policy(desk, ["Days": "Sunday"])
            desk.clock.advance(seconds: 16)
            #expect(try await desk.identity.session(token: late) == nil)
        }
    }

    @Test func `where a second factor is asked for, one is set up before anything else`() async throws {
        try await Desk.run { desk in
            _ = try await policy(desk, ["RequiresSecondFactor": true])
            guard case .granted(let grant) = try await desk.start() else {
                Issue.record("it asks for what there is not")
                return
            }
            #expect(try await desk.identity.access(token: grant.token)?.needsFactor == true)
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                _ = try await desk.identity.session(token: grant.token)
            }
            #expect(desk.identity.rememberedSession(token: grant.token) == nil)
            await #expect(throws: SignInRefusal.secondFactorNeeded) {
                _ = try await desk.identity.signIn(
                    username: Desk.username, password: Desk.password, address: "192.0.2.1",
                    application: SigningApplication(name: "SOAP", kind: .api, purposes: ["customerService"]))
            }
            let new = try await desk.identity.startAuthenticator(of: grant.session)
            let secret = OneTimeCode(secret: TestPasskey.base32(new.secret))
            try await desk.identity.confirmAuthenticator(
                named: "Phone", code: desk.code(secret), of: grant.session,
                in: desk.identity.accessSession(ofToken: grant.token))
            #expect(try await desk.identity.access(token: grant.token)?.needsFactor == false)
            #expect(try await desk.identity.session(token: grant.token) != nil)
        }
    }

    @Test func `a policy is for a profile, or for everybody`() async throws {
        try await Desk.run { desk in
            let session = desk.engine.systemSession(as: .operator, reason: "test")
            let other = try #require(
                try await session.query("SELECT Id FROM Profile WHERE Name = 'Standard User'").first?.id)
            let own = try #require(
                try await session.query("SELECT Id FROM Profile WHERE Name = 'System Administrator'").first?.id)
            _ = try await policy(desk, ["Addresses": "10.0.0.1", "ProfileId": .id(other)])
            _ = try await desk.session()
            _ = try await policy(desk, ["Addresses": "10.0.0.1", "ProfileId": .id(own)])
            await #expect(throws: SignInRefusal.addressNotAllowed) { _ = try await desk.session() }
        }
    }

    @Test(
        arguments: [
            ("Addresses", .text("10.0.0.0/8 here")), ("Addresses", .text("10.0.0.0/33")), ("IdleMinutes", .integer(4)),
            ("IdleMinutes", .integer(1441)), ("LifeMinutes", .integer(0)), ("LifeMinutes", .integer(10_081)),
            ("StartTime", .time(TimeOfDay(milliseconds: 0))), ("Days", .text("Someday")),
        ] as [(String, Value)])
    func `a policy that nobody could follow is refused`(field: String, value: Value) async throws {
        try await Desk.run { desk in
            let outcomes = try await policy(desk, [field: value])
            let fields = outcomes.flatMap(\.errors).flatMap(\.fields)
            #expect(fields == [field == "StartTime" ? "EndTime" : field])
        }
    }
}
