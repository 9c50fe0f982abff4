import Crypto
import Records
import Testing

@testable import Vault

struct SealingKeyTests {
    let key = SealingKey(subject: nil, key: SymmetricKey(size: .bits256))

    @Test(arguments: [0, 1, 100_000])
    func `what is sealed opens to the same bytes`(count: Int) throws {
        let bytes = Array(repeating: UInt8(7), count: count)
        let sealed = try key.seal(bytes, for: .changeLog, place: 42)
        #expect(sealed.count == bytes.count + SealingKey.overheadBytes)
        #expect(try key.open(sealed, for: .changeLog, place: 42) == bytes)
    }

    @Test func `sealed bytes open nowhere else`() throws {
        let sealed = try key.seal([1, 2, 3], for: .changeLog, place: 42)
        let other = SealingKey(subject: nil, key: SymmetricKey(size: .bits256))
        #expect(throws: VaultError(.altered, "")) { try key.open(sealed, for: .restriction, place: 42) }
        #expect(throws: VaultError(.altered, "")) { try key.open(sealed, for: .changeLog, place: 43) }
        #expect(throws: VaultError(.altered, "")) { try other.open(sealed, for: .changeLog, place: 42) }
    }

    @Test func `every flipped bit and every cut is found`() throws {
        let sealed = try key.seal([1, 2, 3], for: .file, place: 1)
        for place in sealed.indices {
            var altered = sealed
            altered[place] ^= 0x10
            #expect(throws: VaultError(.altered, "")) { try key.open(altered, for: .file, place: 1) }
            #expect(throws: VaultError(.altered, "")) { try key.open(sealed[..<place], for: .file, place: 1) }
        }
    }
}
