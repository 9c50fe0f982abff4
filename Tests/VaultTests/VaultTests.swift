import Foundation
import Records
import Store
import Testing

@testable import Vault

struct VaultTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vault-\(UUID().uuidString)").path
    let environment = Environment(
        now: { Instant(milliseconds: 1_000) }, randomBytes: { Array(repeating: 1, count: $0) })

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func person(_ number: Int64) throws -> RecordID {
        RecordID(prefix: try #require(KeyPrefix("003")), sequence: number)
    }

    private func open(_ master: MasterKey) async throws -> Vault {
        try await Vault(
            store: SQLiteStore.open(path: folder + "/keys.sqlite", readers: 1), masterKey: master,
            environment: environment
        )
    }

    private func withVault(_ body: (Vault, MasterKey) async throws -> Void) async throws {
        let master = try MasterKey.create(at: folder + "/master.key")
        let vault = try await open(master)
        try await body(vault, master)
        await vault.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `a person keeps their key over a restart, and each has their own`() async throws {
        try await withVault { vault, master in
            let sealed = try await vault.key(for: person(1)).seal([7], for: .changeLog, place: 1)
            await #expect(throws: VaultError(.altered, "")) {
                try await vault.key(for: person(2)).open(sealed, for: .changeLog, place: 1)
            }
            await vault.close()
            let again = try await open(MasterKey(at: folder + "/master.key"))
            #expect(try await again.key(for: person(1)).open(sealed, for: .changeLog, place: 1) == [7])
            #expect(again.derivedKey(for: "search") == vault.derivedKey(for: "search"))
            #expect(again.derivedKey(for: "search") != again.derivedKey(for: "other"))
            await again.close()
        }
    }

    @Test func `a destroyed key is gone from the files and never made again`() async throws {
        try await withVault { vault, _ in
            _ = try await vault.keys(for: [person(1), person(2)])
            let wrapped = try await wrappedKey(of: person(1))
            #expect(try files().contains { $0.range(of: Data(wrapped)) != nil })
            #expect(try await vault.destroy([person(1), person(3)]) == 1)
            #expect(try await vault.destroy([person(1)]) == 0)
            #expect(try files().allSatisfy { $0.range(of: Data(wrapped)) == nil })
            for gone in [1, 3] as [Int64] {
                await #expect(throws: VaultError(.destroyed, "")) { try await vault.key(for: person(gone)) }
                await #expect(throws: VaultError(.destroyed, "")) { try await vault.existingKey(for: person(gone)) }
                #expect(try await vault.destructionDate(of: person(gone)) == Instant(milliseconds: 1_000))
            }
            _ = try await vault.key(for: person(2))
            #expect(try await vault.existingKey(for: person(9)) == nil)
        }
    }

    @Test func `new people's keys lie in blocks, from which one goes alone`() async throws {
        try await withVault { vault, master in
            let people = try person(10)...person(1_009)
            let keys = try #require(try await vault.newKeys(for: people))
            var sealer = try Sealer(drawing: 2)
            var sealed = [UInt8](repeating: 0, count: 3 + SealingKey.overheadBytes)
            try sealed.withUnsafeMutableBytes { out in
                try ([1, 2, 3] as [UInt8]).withUnsafeBytes {
                    try sealer.seal($0, under: keys, of: person(300), for: .changeLog, place: 7, into: out)
                }
            }
            #expect(try await vault.newKeys(for: person(1_000)...person(1_100)) == nil)
            #expect(try await vault.newKeys(for: person(5)...person(10)) == nil)
            #expect(try await vault.keys(for: [person(299), person(5_000)]).count == 2)
            #expect(try await vault.destroy([person(299)]) == 1)
            #expect(try await vault.newKeys(for: person(299)...person(299)) == nil)
            await vault.close()
            let again = try await open(MasterKey(at: folder + "/master.key"))
            #expect(try await again.key(for: person(300)).open(sealed, for: .changeLog, place: 7) == [1, 2, 3])
            await #expect(throws: VaultError(.destroyed, "")) { try await again.key(for: person(299)) }
            let edges = try await again.keys(for: [person(10), person(265), person(266), person(1_009)])
            #expect(Set(edges.values.map(\.subject)) == Set(edges.keys))
            let first = try #require(edges[person(10)]), last = try #require(edges[person(265)])
            let own = try first.seal([9], for: .changeLog, place: 1)
            #expect(throws: VaultError(.altered, "")) { try last.open(own, for: .changeLog, place: 1) }
            await again.close()
        }
    }

    @Test func `a named secret is the same every time`() async throws {
        try await withVault { vault, _ in
            let secret = try await vault.secret(named: "log")
            #expect(secret.count == 32)
            #expect(try await vault.secret(named: "log") == secret)
            #expect(try await vault.secret(named: "other") != secret)
        }
    }

    @Test func `another master key opens nothing`() async throws {
        try await withVault { vault, _ in
            await vault.close()
            let other = try MasterKey.create(at: folder + "/other.key")
            await #expect(throws: VaultError(.keyStore, "")) { try await open(other) }
        }
    }

    @Test func `a master key that others may read is refused`() throws {
        let path = folder + "/master.key"
        _ = try MasterKey.create(at: path)
        #expect(throws: VaultError(.masterKey, "")) { try MasterKey.create(at: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: VaultError(.masterKey, "")) { try MasterKey(at: path) }
        try FileManager.default.removeItem(atPath: folder)
    }

    private func wrappedKey(of person: RecordID) async throws -> [UInt8] {
        let store = try SQLiteStore.open(path: folder + "/keys.sqlite", readers: 1)
        let wrapped = try await store.read { connection in
            try connection.first("SELECT wrapped FROM subject_keys WHERE first = \(.id(person))") { row in
                row.withBytes(0) { Array($0) }
            }
        }
        await store.close()
        return try #require(wrapped)
    }

    private func files() throws -> [Data] {
        try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
            FileManager.default.contents(atPath: folder + "/" + $0)
        }
    }
}
