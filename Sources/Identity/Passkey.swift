import Crypto
import CryptoExtras
import Foundation
import Records

/// What a browser answers when it made or used a passkey (Web Authentication Level 2), each part in base64url.
public struct PasskeyAnswer: Sendable {
    public let credentialID: String
    public let clientData: String
    public let authenticatorData: String
    /// Of a use: over the authenticator's data and the digest of the client's.
    public let signature: String
    /// Of a new one: the key as `SubjectPublicKeyInfo` (RFC 5280, section 4.1), and what it is for (COSE).
    public let publicKey: String
    public let algorithm: Int

    public init(
        credentialID: String, clientData: String, authenticatorData: String, signature: String = "",
        publicKey: String = "", algorithm: Int = 0
    ) {
        self.credentialID = credentialID
        self.clientData = clientData
        self.authenticatorData = authenticatorData
        self.signature = signature
        self.publicKey = publicKey
        self.algorithm = algorithm
    }
}

/// The pages to which passkeys belong.
public struct PasskeySite: Sendable {
    /// Their host, without a port.
    public let host: String
    /// Encrypted; or on the user's own machine.
    let origins: Set<String>

    /// - Parameter authority: Host and port, as the browser named them.
    public init(authority: String) {
        host =
            authority.hasPrefix("[")
            ? String(authority.prefix { $0 != "]" }) + "]" : String(authority.prefix { $0 != ":" })
        origins = host == "localhost" ? ["https://\(authority)", "http://\(authority)"] : ["https://\(authority)"]
    }
}

/// Checks what browsers answer, as sections 7.1 and 7.2 of the standard ask for.
///
/// No attestation is asked for: who made the device is not our business. So nothing signs a new key but the connection itself,
/// and the key is taken in the form in which the browser gives it, which needs no CBOR.
struct PasskeyCheck {
    let site: PasskeySite
    /// As it was given to the browser, in base64url.
    let challenge: String

    static let algorithms = [-7, -8, -257]
    private static let credentialBytesMax = 1023

    struct New {
        let credentialID: String
        let publicKey: String
        let signCount: Int64
    }

    /// - Throws: ``SignInRefusal/badPasskey(_:)``.
    func registered(_ answer: PasskeyAnswer) throws -> New {
        try checkClientData(answer, type: "webauthn.create")
        let data = try AuthenticatorData(answer, host: site.host)
        guard let credential = data.credential, let id = Base64URL.decode(answer.credentialID[...]).map(Array.init),
            id == credential, !id.isEmpty, id.count <= Self.credentialBytesMax
        else { throw SignInRefusal.badPasskey("the answer names another credential than its authenticator") }
        guard let key = Base64URL.decode(answer.publicKey[...]).map(Array.init),
            let parts = PasskeyKey(key, algorithm: answer.algorithm)?.parts,
            parts.allSatisfy({ data.bytes.containsRun($0) })
        else { throw SignInRefusal.badPasskey("the key is none that we know") }
        return New(
            credentialID: answer.credentialID, publicKey: Data(key).base64EncodedString(), signCount: data.signCount)
    }

    /// - Returns: The new count of uses.
    /// - Throws: ``SignInRefusal/badPasskey(_:)``.
    func used(_ answer: PasskeyAnswer, _ factor: SecondFactor) throws -> Int64 {
        try checkClientData(answer, type: "webauthn.get")
        let data = try AuthenticatorData(answer, host: site.host)
        guard let clientData = Base64URL.decode(answer.clientData[...]),
            let signature = Base64URL.decode(answer.signature[...]),
            let key = Data(base64Encoded: factor.publicKey).flatMap({
                PasskeyKey(Array($0), algorithm: factor.algorithm)
            }), key.isValid(signature, for: Data(data.bytes) + Data(SHA256.hash(data: clientData)))
        else { throw SignInRefusal.badPasskey("the signature is not of this passkey") }
        // A copy of the device would count for itself.
        guard data.signCount > factor.signCount || data.signCount == 0 && factor.signCount == 0 else {
            throw SignInRefusal.badPasskey("the passkey was used elsewhere")
        }
        return data.signCount
    }

    private func checkClientData(_ answer: PasskeyAnswer, type: String) throws {
        struct ClientData: Decodable {
            let type: String
            let challenge: String
            let origin: String
            let crossOrigin: Bool?
        }
        guard let bytes = Base64URL.decode(answer.clientData[...]),
            let data = try? JSONDecoder().decode(ClientData.self, from: bytes)
        else { throw SignInRefusal.badPasskey("the answer cannot be read") }
        guard data.type == type else { throw SignInRefusal.badPasskey("the answer is to another question") }
        guard Secret.areEqual(Array(data.challenge.utf8), Array(challenge.utf8)) else {
            throw SignInRefusal.badPasskey("the answer is to another challenge")
        }
        guard site.origins.contains(data.origin), data.crossOrigin != true else {
            throw SignInRefusal.badPasskey("the answer is from another site")
        }
    }
}

/// Section 6.1: the digest of the host, flags, the count of uses, and of a new passkey its id and key.
private struct AuthenticatorData {
    let bytes: [UInt8]
    let signCount: Int64
    let credential: [UInt8]?

    init(_ answer: PasskeyAnswer, host: String) throws {
        guard let data = Base64URL.decode(answer.authenticatorData[...]), data.count >= 37, data.count <= 4096 else {
            throw SignInRefusal.badPasskey("the answer cannot be read")
        }
        bytes = Array(data)
        guard Secret.areEqual(Array(bytes[..<32]), Array(SHA256.hash(data: Data(host.utf8)))) else {
            throw SignInRefusal.badPasskey("the passkey is for another site")
        }
        let flags = bytes[32]
        // Somebody was there, and has shown to the device that it is theirs.
        guard flags & 0x01 != 0, flags & 0x04 != 0 else {
            throw SignInRefusal.badPasskey("the device did not ask who uses it")
        }
        signCount = Int64(bytes[33..<37].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard flags & 0x40 != 0, bytes.count >= 55 else {
            credential = nil
            return
        }
        let length = Int(bytes[53]) << 8 | Int(bytes[54])
        credential = bytes.count >= 55 + length ? Array(bytes[55..<55 + length]) : nil
    }
}

/// A public key for one of the three algorithms that passkeys have (RFC 9053; RFC 8812).
private enum PasskeyKey {
    case es256(P256.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case rs256(_RSA.Signing.PublicKey)

    /// `SubjectPublicKeyInfo` of Ed25519 up to the key (RFC 8410, section 4).
    private static let ed25519Head: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    init?(_ der: [UInt8], algorithm: Int) {
        switch algorithm {
        case -7:
            guard let key = try? P256.Signing.PublicKey(derRepresentation: der) else { return nil }
            self = .es256(key)
        case -8:
            guard der.starts(with: Self.ed25519Head), der.count == 44,
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: der.dropFirst(12))
            else { return nil }
            self = .ed25519(key)
        case -257:
            guard let key = try? _RSA.Signing.PublicKey(derRepresentation: der) else { return nil }
            self = .rs256(key)
        default: return nil
        }
    }

    /// Runs of bytes that stand in the authenticator's data too, if it is the same key.
    var parts: [[UInt8]] {
        switch self {
        case .es256(let key):
            let raw = Array(key.rawRepresentation)
            return [Array(raw[..<32]), Array(raw[32...])]
        case .ed25519(let key): return [Array(key.rawRepresentation)]
        case .rs256(let key):
            // Its modulus ends the key but for the exponent's five bytes.
            return [Array(key.derRepresentation.dropLast(5).suffix(256))]
        }
    }

    func isValid(_ signature: Data, for signed: Data) -> Bool {
        switch self {
        case .es256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: signed)
        case .ed25519(let key): return key.isValidSignature(signature, for: signed)
        case .rs256(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signed),
                padding: .insecurePKCS1v1_5)
        }
    }
}

extension [UInt8] {
    fileprivate func containsRun(_ run: [UInt8]) -> Bool {
        guard !run.isEmpty, run.count <= count else { return false }
        return (0...count - run.count).contains { self[$0..<$0 + run.count].elementsEqual(run) }
    }
}
