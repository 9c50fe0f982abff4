import AzukariTesting
import CryptoExtras
import Foundation
import Records
import Store
import Testing

@testable import Engine

@Suite struct `A tenant secret of encrypted fields` {
    @Test(arguments: [FieldEncryption.Scheme.probabilistic, .caseInsensitive])
    func `is rotated while everybody works, wherever it is cut off`(_ scheme: FieldEncryption.Scheme) async throws {
        try await Sealed.with { sealed in
            var ids: [RecordID] = []
            for number in 1...7 { ids.append(try await sealed.make("秘密 \(number)")) }
            try await sealed.session.update(
                Batch("Contact", ["Id": .id(ids[0]), "Secret__c": "秘密 1b"]), onFailure: .rollbackAll)
            try await sealed.encrypt(scheme)
            let head = try #require(try await sealed.stored().first).prefix(10)
            #expect(try await sealed.isAnywhere(String(head)))
            #expect(try await sealed.session.rotateFieldSecret() == 2)
            // Begun, then another engine goes on, as after a crash.
            _ = try await sealed.engine.settleSealing(atMost: 3)
            #expect(Set(try await sealed.stored().map { $0.prefix(6) }).count == 2)
            await sealed.engine.close()
            let again = try await Engine.open(folder: sealed.folder, environment: sealed.clock.environment)
            let session = again.systemSession(as: .operator, reason: "test")
            let goneOn = Sealed(engine: again, session: session, folder: sealed.folder, clock: sealed.clock)
            #expect(try await goneOn.secret(ids[6]) == "秘密 7")
            try await again.settleSealing()
            #expect(try await goneOn.stored().allSatisfy { $0.dropFirst(2).hasPrefix("0002") })
            // Neither in a table nor in a page of a file.
            #expect(try await !goneOn.isAnywhere(String(head)))
            try await session.destroyFieldSecret(1)
            for (number, id) in ids.enumerated() {
                #expect(try await goneOn.secret(id) == (number == 0 ? "秘密 1b" : "秘密 \(number + 1)"))
            }
            #expect(try await session.history(of: ids[0]).map(\.old) == [.text("秘密 1")])
            await again.close()
        }
    }

    @Test func `takes what it sealed with it, and brings it back from its export`() async throws {
        try await Sealed.with { sealed in
            let id = try await sealed.make("秘密")
            try await sealed.encrypt(.probabilistic)
            let exported = try await sealed.session.exportFieldSecret(1)
            try await sealed.session.rotateFieldSecret()
            // In use: what would be lost must be said. So also where the fields have not been told of the newer one.
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await sealed.session.destroyFieldSecret(1)
            }
            try await sealed.engine.store.write { connection in
                try connection.execute("UPDATE az_sealed_field SET version = 1, is_settled = 1")
            }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await sealed.session.destroyFieldSecret(1)
            }
            try await sealed.engine.store.write { connection in
                try connection.execute("UPDATE az_sealed_field SET version = 2, is_settled = 0")
            }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await sealed.session.destroyFieldSecret(2, evenInUse: true)
            }
            try await sealed.session.destroyFieldSecret(1, evenInUse: true)
            #expect(try await sealed.secret(id) == "?????")
            // What cannot be read is not lost by a change of something else, nor by settling.
            try await sealed.session.update(
                Batch("Contact", ["Id": .id(id), "Clear__c": "x", "Secret__c": "?????"]), onFailure: .rollbackAll)
            try await sealed.engine.settleSealing()
            #expect(try await sealed.session.fieldSecrets().map(\.state.rawValue) == ["DESTROYED", "ACTIVE"])
            for count in [0, 12, exported.count - 1] {
                await #expect(throws: PlatformError(.invalidOperation, "")) {
                    try await sealed.session.restoreFieldSecret(1, Array(exported.prefix(count)))
                }
            }
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await sealed.session.restoreFieldSecret(2, exported)
            }
            try await sealed.session.restoreFieldSecret(1, exported)
            #expect(try await sealed.secret(id) == "秘密")
        }
    }

    @Test func `is in no file once it is destroyed`() async throws {
        try await Sealed.with { sealed in
            try await sealed.make("秘密")
            try await sealed.encrypt(.probabilistic)
            let wrapped = Data(try await sealed.session.exportFieldSecret(1))
            func isInAFile() -> Bool {
                let files = FileManager.default.enumerator(atPath: sealed.folder)?.compactMap { $0 as? String } ?? []
                return files.contains { name in
                    FileManager.default.contents(atPath: sealed.folder + "/" + name)?.range(of: wrapped) != nil
                }
            }
            #expect(isInAFile())
            try await sealed.session.rotateFieldSecret()
            try await sealed.engine.settleSealing()
            try await sealed.session.destroyFieldSecret(1)
            #expect(!isInAFile())
        }
    }

    @Test func `may be the administrator's own, of 32 bytes`() async throws {
        try await Sealed.with { sealed in
            for count in [0, 16, 31, 33, 64] {
                await #expect(throws: PlatformError(.invalidOperation, "")) {
                    try await sealed.session.rotateFieldSecret([UInt8](repeating: 7, count: count))
                }
            }
            #expect(try await sealed.session.fieldSecrets().isEmpty)
            #expect(try await sealed.session.rotateFieldSecret([UInt8](repeating: 7, count: 32)) == 1)
            #expect(try await sealed.session.fieldSecrets().map(\.isUploaded) == [true])
            let id = try await sealed.make("秘密")
            try await sealed.encrypt(.deterministic)
            #expect(try await sealed.secret(id) == "秘密")
        }
    }

    @Test func `may come wrapped for the organisation's import key`() async throws {
        try await Sealed.with { sealed in
            let pem = try await sealed.session.secretImportKey()
            #expect(try await sealed.session.secretImportKey() == pem)
            let key = try _RSA.Encryption.PublicKey(pemRepresentation: pem)
            let secret = [UInt8](repeating: 9, count: 32)
            let wrapped = Array(try key.encrypt(secret, padding: .PKCS1_OAEP_SHA256))
            for wrong in [[], secret, Array(wrapped.dropLast()), wrapped.reversed()] {
                await #expect(throws: PlatformError(.invalidOperation, "")) {
                    try await sealed.session.rotateFieldSecret(wrapped: wrong)
                }
            }
            let short = Array(try key.encrypt(secret.dropLast(), padding: .PKCS1_OAEP_SHA256))
            await #expect(throws: PlatformError(.invalidOperation, "")) {
                try await sealed.session.rotateFieldSecret(wrapped: short)
            }
            #expect(try await sealed.session.rotateFieldSecret(wrapped: wrapped) == 1)
        }
    }

    @Test(.enabled(if: !TestDatabase.isFile, "one process at a time has an organisation in a file"))
    func `is known to every process at its next call`() async throws {
        try await Sealed.with { sealed in
            let other = try await Engine.open(folder: sealed.folder, environment: sealed.clock.environment)
            let session = other.systemSession(as: .operator, reason: "test")
            let there = Sealed(engine: other, session: session, folder: sealed.folder, clock: sealed.clock)
            let id = try await sealed.make("秘密")
            try await sealed.encrypt(.caseInsensitive)
            #expect(try await there.secret(id) == "秘密")
            let theirs = try await there.make("別の秘密")
            #expect(try await there.stored().allSatisfy { $0.hasPrefix("\u{1}d0001") })
            try await sealed.session.rotateFieldSecret()
            #expect(try await session.rowCount("SELECT Id FROM Contact WHERE Secret__c = '別の秘密'") == 1)
            try await there.make("三つ目")
            try await there.engine.settleSealing()
            try await sealed.session.destroyFieldSecret(1)
            #expect(try await sealed.secret(theirs) == "別の秘密")
            #expect(try await there.secret(id) == "秘密")
            await other.close()
        }
    }
}
