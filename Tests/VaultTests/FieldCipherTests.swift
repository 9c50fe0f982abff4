import Crypto
import Records
import Testing

@testable import Vault

struct FieldCipherTests {
    private static let keys = FieldKeys(
        active: 2, secrets: [1: SymmetricKey(size: .bits256), 2: SymmetricKey(size: .bits256)], hasDestroyed: false)

    private func encryption(_ scheme: FieldEncryption.Scheme, field: Int = 7, version: Int = 2) -> FieldEncryption {
        FieldEncryption(scheme: scheme, number: field, version: version, isSealing: true, isSettled: true)
    }

    private func open(_ sealed: String, _ keys: FieldKeys = Self.keys) -> (FieldCipher.Opened, String) {
        var sealed = sealed
        var opened = FieldCipher.Opened.clear
        let text = String(unsafeUninitializedCapacity: max(sealed.utf8.count, 1)) { memory in
            guard let out = memory.baseAddress else { return 0 }
            opened = sealed.withUTF8 { FieldCipher(keys).open($0, into: out) }
            return if case .text(let count) = opened { count } else { 0 }
        }
        return (opened, text)
    }

    private func text(_ sealed: String) -> String? {
        let (opened, text) = open(sealed)
        return if case .text = opened { text } else { nil }
    }

    @Test(arguments: FieldEncryption.Scheme.allCases)
    func `a text comes back, however long, and is nowhere in what is stored`(_ scheme: FieldEncryption.Scheme) throws {
        let cipher = FieldCipher(Self.keys)
        var random = SystemRandomNumberGenerator()
        for length in [0, 1, 2, 3, 15, 16, 17, 255, 4_000] {
            let scalars = (0..<length).map { _ in
                Unicode.Scalar(UInt32.random(in: 1...0xD7FF, using: &random)) ?? "x"
            }
            let original = String(String.UnicodeScalarView(scalars))
            let sealed = try cipher.seal(original, encryption(scheme))
            #expect(text(sealed) == original)
            #expect(sealed.utf8.allSatisfy { $0 == 1 || (32..<127).contains($0) })
            if length > 8 { #expect(!sealed.contains(original)) }
        }
    }

    @Test func `equal texts are told by a deterministic scheme alone, within a field and a version`() throws {
        let cipher = FieldCipher(Self.keys)
        func beginning(_ text: String, _ scheme: FieldEncryption.Scheme, field: Int = 7, version: Int = 2) throws
            -> String
        {
            String(
                try cipher.seal(text, encryption(scheme, field: field, version: version)).prefix(
                    SealedValue.beginningCount))
        }
        #expect(try beginning("Taro", .deterministic) == beginning("Taro", .deterministic))
        #expect(try beginning("Taro", .deterministic) != beginning("taro", .deterministic))
        #expect(try beginning("Taro", .caseInsensitive) == beginning("tARO", .caseInsensitive))
        #expect(try beginning("Taro", .deterministic) != beginning("Taro", .deterministic, field: 8))
        #expect(try beginning("Taro", .deterministic) != beginning("Taro", .deterministic, version: 1))
        #expect(try beginning("Taro", .probabilistic) != beginning("Taro", .probabilistic))
        #expect(try cipher.seal("Taro", encryption(.deterministic)) != cipher.seal("Taro", encryption(.deterministic)))
    }

    @Test(arguments: FieldEncryption.Scheme.allCases)
    func `what was altered, cut or moved does not open`(_ scheme: FieldEncryption.Scheme) throws {
        let sealed = try FieldCipher(Self.keys).seal("佐藤 健一", encryption(scheme))
        for place in sealed.utf8.indices.dropFirst() {
            var bytes = Array(sealed.utf8)
            let offset = sealed.utf8.distance(from: sealed.utf8.startIndex, to: place)
            bytes[offset] = bytes[offset] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
            #expect(text(String(decoding: bytes, as: UTF8.self)) == nil)
        }
        for count in 1..<sealed.count { #expect(text(String(sealed.prefix(count))) == nil) }
    }

    @Test func `a destroyed secret leaves what it sealed unreadable, and seals nothing`() throws {
        let sealed = try FieldCipher(Self.keys).seal("佐藤", encryption(.probabilistic, version: 1))
        let left = FieldKeys(active: 2, secrets: [2: SymmetricKey(size: .bits256)], hasDestroyed: true)
        #expect(open(sealed, left).0 == .unreadable)
        #expect(throws: VaultError(.destroyed, "")) {
            try FieldCipher(left).seal("佐藤", encryption(.probabilistic, version: 1))
        }
    }

    @Test(arguments: ["", "佐藤", "\u{1}", "\u{1}p0001", "\u{1}q00010001AAAA", "\u{1}pXXXX0001AAAA", "p00010001AAAA"])
    func `what is no sealed value is left as it is`(_ text: String) {
        #expect(open(text).0 == .clear)
    }
}
