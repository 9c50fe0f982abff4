import AzukariTesting
import Foundation
import Records
import Testing
import Vault

@testable import Engine

struct ChangeLogTests {
    private func folder(_ engine: Engine) -> String { engine.folder.changes }

    private func entries(_ engine: Engine) async throws -> [ChangeReader.Entry] {
        let reader = try await engine.changeReader()
        var entries: [ChangeReader.Entry] = []
        try reader.each { entries.append($0) }
        return entries
    }

    @Test func `the polynomial is that of the RFC`() {
        let digits = Array("123456789".utf8)
        #expect(digits.withUnsafeBytes { CRC32C.checksum($0) } == 0xE306_9283)
    }

    @Test func `what was written can be read back with the person's key, and with no other`() async throws {
        try await Writing.withSession { session, engine in
            let id = try await session.make("Contact", ["LastName": "田中", "Email": "t@example.jp"])
            let other = try await session.make("Contact", ["LastName": "Other"])
            let ticket = try await session.make("Case", ["Subject": "s", "ContactId": .id(id)])
            _ = try await session.delete([id], onFailure: .rollbackAll)
            let entries = try await entries(engine)
            #expect(entries.map(\.object) == ["Contact", "Contact", "Case", "Case", "Contact"])
            #expect(entries.map(\.frame.kind) == [.create, .create, .create, .update, .delete])
            #expect(entries.map(\.frame.subject) == [id, other, id, id, id])
            #expect(entries.map(\.frame.record) == [id, other, ticket, ticket, id])
            let key = try await engine.vault.key(for: id)
            let values = try #require(try entries[0].values(key))
            #expect(values["LastName"] == "田中")
            #expect(values["Email"] == "t@example.jp")
            #expect(throws: (any Error).self) { try entries[1].values(key) }
            for name in try FileManager.default.contentsOfDirectory(atPath: folder(engine)) {
                let data = try #require(FileManager.default.contents(atPath: folder(engine) + "/" + name))
                #expect(data.range(of: Data("田中".utf8)) == nil)
                #expect(data.range(of: Data("example.jp".utf8)) == nil)
            }
        }
    }

    @Test func `what a rolled back write left is overwritten`() async throws {
        try await Writing.withSession { session, engine in
            try await session.make("Contact", ["LastName": "a"])
            let failing = Batch("Contact", fields: ["LastName"], rows: [["b"], [nil]])
            _ = try await session.create(failing, onFailure: .rollbackAll)
            try await session.make("Account", ["Name": "c"])
            #expect(try await entries(engine).map(\.object) == ["Contact", "Account"])
            #expect(try await engine.checkChanges().damage == nil)
        }
    }

    @Test(arguments: [1, 7, 40, 400, 5_000])
    func `bytes behind the mark are cut off at the next opening`(rubbish: Int) async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, path in
            try await engine.systemSession(as: .operator, reason: "test").make("Contact", ["LastName": "a"])
            let segment = ChangeLog.path(folder(engine), segment: 1)
            await engine.close()
            let whole = try #require(FileManager.default.contents(atPath: segment))
            // A crash between the flush of the frames and the commit leaves them, or a part of them, behind.
            try (whole + whole.prefix(rubbish) + Data(repeating: 7, count: rubbish)).write(
                to: URL(fileURLWithPath: segment))
            try Data([1]).write(to: URL(fileURLWithPath: ChangeLog.path(folder(engine), segment: 2)))
            let again = try await Engine.open(folder: path, environment: clock.environment)
            #expect(FileManager.default.contents(atPath: segment) == whole)
            #expect(!FileManager.default.fileExists(atPath: ChangeLog.path(folder(engine), segment: 2)))
            try await again.systemSession(as: .operator, reason: "test").make("Contact", ["LastName": "b"])
            #expect(try await entries(again).map(\.frame.position) == [2, 4])
            await again.close()
        }
    }

    @Test func `a log that lost committed bytes is not opened`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, path in
            try await engine.systemSession(as: .operator, reason: "test").make("Contact", ["LastName": "a"])
            let segment = ChangeLog.path(folder(engine), segment: 1)
            await engine.close()
            let whole = try #require(FileManager.default.contents(atPath: segment))
            try whole.dropLast().write(to: URL(fileURLWithPath: segment))
            await #expect(throws: PlatformError(.unknownException, "")) {
                try await Engine.open(folder: path, environment: clock.environment)
            }
        }
    }

    @Test func `an altered byte is found`() async throws {
        try await Writing.withSession { session, engine in
            for name in ["a", "b", "c"] { try await session.make("Contact", ["LastName": .text(name)]) }
            let segment = ChangeLog.path(folder(engine), segment: 1)
            var data = try #require(FileManager.default.contents(atPath: segment))
            data[data.count - 20] ^= 1
            try data.write(to: URL(fileURLWithPath: segment))
            let report = try await engine.checkChanges()
            #expect(report.changes == 2)
            #expect(report.damage?.hasPrefix("Segment 1 is damaged at byte ") == true)
        }
    }
}
