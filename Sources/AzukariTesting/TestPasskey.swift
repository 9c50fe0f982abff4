import Crypto
import Foundation

/// What a browser and a device answer together when a passkey is made or used (Web Authentication Level 2).
public struct TestPasskey: Sendable {
    private let key = P256.Signing.PrivateKey()
    public var id = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    public var count: UInt32 = 1
    /// Somebody was there (1) and has shown that it is theirs (4).
    public var flags: UInt8 = 0x05
    public var host: String
    public var origin: String
    public var algorithm = -7
    public var isFramed = false

    public init(host: String, origin: String) {
        self.host = host
        self.origin = origin
    }

    /// Each part in base64url.
    public struct Answer: Sendable {
        public var credentialID: String
        public var clientData: String
        public var authenticatorData: String
        public var signature = ""
        public var publicKey = ""
        public var algorithm = 0
    }

    public func registered(_ challenge: String, type: String = "webauthn.create") -> Answer {
        Answer(
            credentialID: Self.text(id), clientData: Self.text(clientData(type, challenge)),
            authenticatorData: Self.text(authenticatorData(isNew: true)),
            publicKey: Self.text(key.publicKey.derRepresentation), algorithm: algorithm)
    }

    public func used(_ challenge: String, type: String = "webauthn.get") throws -> Answer {
        let (client, data) = (clientData(type, challenge), authenticatorData(isNew: false))
        let signed = Data(data) + Data(SHA256.hash(data: client))
        return Answer(
            credentialID: Self.text(id), clientData: Self.text(client), authenticatorData: Self.text(data),
            signature: Self.text(try key.signature(for: signed).derRepresentation))
    }

    /// The bytes of a secret that is written for an authenticator app (RFC 4648, section 6).
    public static func base32(_ text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (bytes, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for letter in text where letter != " " {
            bits = bits << 5 | UInt32(alphabet.firstIndex(of: letter) ?? 0)
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private func clientData(_ type: String, _ challenge: String) -> Data {
        Data(
            #"{"type":"\#(type)","challenge":"\#(challenge)","origin":"\#(origin)","crossOrigin":\#(isFramed)}"#.utf8)
    }

    private func authenticatorData(isNew: Bool) -> [UInt8] {
        var data = Array(SHA256.hash(data: Data(host.utf8)))
        data.append(isNew ? flags | 0x40 : flags)
        data += withUnsafeBytes(of: count.bigEndian) { Array($0) }
        guard isNew else { return data }
        data += [UInt8](repeating: 0, count: 16) + [UInt8(id.count >> 8), UInt8(id.count & 255)] + id
        // The key as COSE has it: a map of type, algorithm, curve, x and y.
        let raw = Array(key.publicKey.rawRepresentation)
        data += [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20] + raw[..<32] + [0x22, 0x58, 0x20]
        return data + raw[32...]
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
