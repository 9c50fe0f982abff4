import AzukariTesting
import Foundation
import Records
import Store
import Testing
import Vault

@testable import Engine

/// Several processes over one database, as several engines over one folder.
@Suite(
    .enabled(if: !TestDatabase.isFile, "records in a file belong to one process"), .timeLimit(.minutes(5)))
struct SharedTests {
    private func withEngines(
        _ count: Int, clock: TestClock = TestClock(), _ body: ([Engine], String) async throws -> Void
    ) async throws {
        try await withOrganisation(clock: clock) { first, folder in
            var engines = [first]
            for _ in 1..<count { engines.append(try await Engine.open(folder: folder, environment: clock.environment)) }
            do { try await body(engines, folder) } catch {
                for engine in engines.dropFirst() { await engine.close() }
                throw error
            }
            for engine in engines.dropFirst() { await engine.close() }
        }
    }

    private func session(_ engine: Engine) -> Session { engine.systemSession(as: .operator, reason: "test") }

    private func people(_ numbers: Range<Int>) -> [[Value]] {
        numbers.map { [.text("Last\($0)"), .text("p\($0)@example.org")] }
    }

    private static let text = NewField(name: "Size__c", type: .string, label: "Size", labelJa: "大きさ")
    private static let number = NewField(name: "Size__c", type: .double, label: "Size", labelJa: "大きさ")

    @Test func `all write at once, and no number is given twice and no change lost`() async throws {
        try await withEngines(3) { engines, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (place, engine) in engines.enumerated() {
                    group.addTask {
                        for number in 0..<30 {
                            let contact = try await session(engine).make(
                                "Contact", ["LastName": .text("P\(place)-\(number)"), "Email": "p@example.org"])
                            try await session(engine).make("Case", ["Subject": "s", "ContactId": .id(contact)])
                        }
                    }
                    group.addTask {
                        let start = (place + 1) * 100_000
                        let pieces = LoadTests.Pieces(
                            pieces: (0..<3).map { people(start + $0 * 12_000..<start + ($0 + 1) * 12_000) })
                        let count = try await session(engine).load(
                            "Contact", fields: ["LastName", "Email"], rows: pieces, report: { _ in })
                        #expect(count.created == 36_000 && count.refused == 0)
                    }
                }
                try await group.waitForAll()
            }
            for engine in engines {
                let found = try await session(engine).query("SELECT count(Id) n FROM Contact")
                #expect(found[0]["n"] == 108_090)
                let cases = try await session(engine).query("SELECT CaseNumber FROM Case ORDER BY CaseNumber")
                #expect(Set(cases.map { $0["CaseNumber"].text }).count == 90)
                #expect(cases.last?["CaseNumber"].text?.hasSuffix("0090") == true)
                let changes = try await engine.checkChanges()
                // A contact is the subject of its case, which is created and no more.
                #expect(changes.damage == nil && changes.changes == 108_090 + 90)
                let findings = await engine.examine()
                #expect(findings.filter { !$0.isSound }.map(\.message) == [])
            }
        }
    }

    @Test func `a field that one adds, deletes and adds anew is so for the others at their next statement`()
        async throws
    {
        try await withEngines(2) { engines, _ in
            let (one, other) = (session(engines[0]), session(engines[1]))
            let id = try await one.make("Account", ["Name": "a"])
            try await one.addField(Self.text, to: "Account")
            _ = try await other.update(Batch("Account", ["Id": .id(id), "Size__c": "large"]), onFailure: .rollbackAll)
            let query = "SELECT Size__c FROM Account WHERE Size__c != null"
            for _ in 0..<9 { #expect(try await other.query(query)[0]["Size__c"] == "large") }
            try await one.deleteField("Size__c", of: "Account")
            await #expect(throws: PlatformError(.invalidField, "")) { try await other.query(query) }
            try await one.purgeField("Size__c", of: "Account")
            try await one.addField(Self.number, to: "Account")
            _ = try await one.update(Batch("Account", ["Id": .id(id), "Size__c": 4]), onFailure: .rollbackAll)
            for _ in 0..<9 { #expect(try await other.query(query)[0]["Size__c"] == .double(4)) }
        }
    }

    @Test func `a user whom one deactivates is refused by the others`() async throws {
        try await withEngines(2) { engines, _ in
            let one = session(engines[0])
            let profile = try await one.query("SELECT Id FROM Profile WHERE Name = 'Standard User'")[0]["Id"]
            let user = try await one.make(
                "User",
                [
                    "LastName": "Sato", "Username": "s@example.org", "Email": "s@example.org", "Alias": "s",
                    "ProfileId": profile, "IsActive": true, "TimeZoneSidKey": "Asia/Tokyo", "LocaleSidKey": "ja_JP",
                    "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "ja",
                ])
            let held = try await engines[1].session(for: user, application: "test", purpose: "customerService")
            #expect(try await held.schema().object("Contact") != nil)
            _ = try await one.update(
                Batch("User", ["Id": .id(user), "IsActive": false]), onFailure: .rollbackAll)
            await #expect(throws: PlatformError(.invalidSessionID, "")) { try await held.schema() }
        }
    }

    @Test func `a person whom one erases is gone for the others, and the proof is one log`() async throws {
        try await withEngines(2) { engines, _ in
            let (one, other) = (session(engines[0]), session(engines[1]))
            var certificates = 0
            for (eraser, writer) in [(one, other), (other, one), (one, one)] {
                let contact = try await writer.make("Contact", ["LastName": "羽毛田", "Email": "h@example.jp"])
                _ = try await eraser.update(
                    Batch("Contact", ["Id": .id(contact), "FirstName": "鷹子"]), onFailure: .rollbackAll)
                _ = try await writer.update(
                    Batch("Contact", ["Id": .id(contact), "Title": "Dr."]), onFailure: .rollbackAll)
                let request = try await writer.make(
                    "DataSubjectRequest",
                    ["Kind": "Erasure", "Status": "Received", "SubjectRecordId": .text(contact.description)])
                let plan = try await eraser.previewErasure(of: contact, policy: .standard)
                let deed = try await eraser.erase(plan, request: request)
                #expect(deed.state == .certified)
                let late = try await writer.update(
                    Batch("Contact", ["Id": .id(contact), "Title": "Mr."]), onFailure: .keepGoing)
                #expect(late[0].isRefused)
                await #expect(throws: (any Error).self) {
                    try await writer.engine.vault.existingKey(for: contact)
                }
                certificates += 1
                for session in [one, other] {
                    let found = try await session.query("SELECT Body FROM ErasureCertificate ORDER BY CreatedDate, Id")
                    #expect(found.count == certificates)
                    for row in found {
                        let body = try #require(row["Body"].text)
                        _ = try Engine.verify(
                            certificate: Array(body.utf8), key: session.engine.evidence.verifierKey)
                    }
                    try session.engine.evidence.check()
                }
            }
        }
    }

    @Test func `an erasure under way is left to the process that carries it out, and taken up when that is gone`()
        async throws
    {
        try await withEngines(2) { engines, folder in
            let one = session(engines[0])
            let contact = try await one.make("Contact", ["LastName": "羽毛田", "Email": "h@example.jp"])
            let request = try await one.make(
                "DataSubjectRequest",
                ["Kind": "Erasure", "Status": "Received", "SubjectRecordId": .text(contact.description)])
            let plan = try await one.previewErasure(of: contact, policy: .standard)
            await #expect(throws: KillPoint.Killed.self) {
                try await KillPoint.$hook.withValue({ if $0 == "noted" { throw KillPoint.Killed(point: $0) } }) {
                    _ = try await one.erase(plan, request: request)
                }
            }
            let hold = try engines[0].holdDeed(request)
            try await engines[1].resume()
            #expect(try await session(engines[1]).erasures().map(\.state) == [.noted])
            hold.end()
            try await engines[1].resume()
            #expect(try await session(engines[0]).erasures().map(\.state) == [.certified])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/jobs").isEmpty)
        }
    }

    @Test func `a field is added beside a long reading, which holds nobody else up`() async throws {
        try await withEngines(2) { engines, _ in
            let (one, other) = (session(engines[0]), session(engines[1]))
            for start in 0..<10 {
                let rows = people(start * 200..<(start + 1) * 200)
                _ = try await one.create(
                    Batch("Contact", fields: ["LastName", "Email"], rows: rows), onFailure: .rollbackAll)
            }
            let stream = engines[0].store.stream { connection, emit in
                try connection.rows("SELECT \"Id\" FROM \"Contact\"") { row in
                    try emit(row.int64(0))
                    return true
                }
            }
            var reading = stream.makeAsyncIterator()
            #expect(try await reading.next() != nil)
            async let adding: Void = other.addField(
                Self.text, to: "Contact")
            // Longer than one try of the change, and shorter than all of them.
            let begun = ContinuousClock.now
            var answers = 0
            while ContinuousClock.now - begun < .seconds(1) {
                #expect(try await other.rowCount("SELECT Id FROM Contact LIMIT 5") == 5)
                answers += 1
            }
            #expect(answers > 5)
            #expect(try await other.schema().object("Contact")?.field("Size__c") == nil)
            while try await reading.next() != nil {}
            try await adding
            #expect(try await one.schema().object("Contact")?.field("Size__c") != nil)
        }
    }

    @Test func `a process of another version is refused, and comes in when it is alone`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            try await engine.store.write { try $0.execute("UPDATE az_catalogue SET checksum = 0") }
            await #expect(throws: PlatformError(.unableToLockRow, "")) {
                try await Engine.open(folder: folder, environment: clock.environment)
            }
            await engine.close()
            await (try Engine.open(folder: folder, environment: clock.environment)).close()
        }
    }

    @Test func `nothing is moved while another process has it open`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            func move() async throws {
                _ = try await Engine.move(folder: folder, to: nil, keepsOld: false, environment: clock.environment) {
                    _, _ in
                }
            }
            await #expect(throws: PlatformError(.unableToLockRow, "")) { try await move() }
            #expect(!FileManager.default.fileExists(atPath: folder + "/azukari.sqlite"))
            await engine.close()
            try await move()
            #expect(FileManager.default.fileExists(atPath: folder + "/azukari.sqlite"))
        }
    }
}
