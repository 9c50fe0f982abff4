import AzukariTesting
import Crypto
import Engine
import Foundation
import Records

@testable import Identity

/// An organisation with two users, and what signs them in.
struct Desk {
    static let username = "user@example.com"
    static let other = "other@example.com"
    static let password = "correct horse battery"
    static let host = "desk.example"
    static let origin = "https://desk.example"
    static let pages = SigningApplication(name: "Pages", kind: .web, purposes: ["customerService"])

    let engine: Engine
    let identity: Identity
    let clock: TestClock

    static func run(_ body: (Desk) async throws -> Void) async throws {
        let clock = TestClock()
        try await withOrganisation(named: "Sample", clock: clock) { engine, _ in
            let identity = try Identity(
                engine: engine, environment: clock.environment,
                parameters: ScryptParameters(logRounds: 4, blockSize: 8, parallelism: 1))
            for name in [username, other] {
                let user = NewUser(
                    username: name, email: name, lastName: "User", firstName: nil, language: "en_US", timeZone: "UTC")
                _ = try await identity.addAdministrator(user, password: password)
            }
            try await body(Desk(engine: engine, identity: identity, clock: clock))
        }
    }

    func start(_ username: String = Self.username, password: String = Self.password) async throws -> SignInOutcome {
        try await identity.start(username: username, password: password, address: "192.0.2.1", application: Self.pages)
    }

    /// Signed in by the password alone.
    func session(_ username: String = Self.username) async throws -> Session {
        guard case .granted(let grant) = try await start(username) else { throw SignInRefusal.stepOver }
        return grant.session
    }

    func waiting(_ username: String = Self.username) async throws -> WaitingSignIn {
        guard case .waiting(let waiting) = try await start(username) else { throw SignInRefusal.stepOver }
        return waiting
    }

    /// An app that is set up; its codes.
    func authenticator(of session: Session) async throws -> OneTimeCode {
        let new = try await identity.startAuthenticator(of: session)
        let secret = OneTimeCode(secret: Base32.decoded(new.secret))
        try await identity.confirmAuthenticator(named: "Phone", code: code(secret), of: session)
        clock.advance(seconds: 30)
        return secret
    }

    func code(_ secret: OneTimeCode) -> String { secret.code(of: clock.now.milliseconds / 30_000) }
}

extension Base32 {
    static func decoded(_ text: String) -> [UInt8] {
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
}

/// What a browser and a device answer together.
struct TestPasskey {
    let key = P256.Signing.PrivateKey()
    var id = Secret.randomBytes(32)
    var count: UInt32 = 1
    var flags: UInt8 = 0x05
    var host = Desk.host
    var origin = Desk.origin
    var algorithm = -7
    var isFramed = false

    var credentialID: String { Base64URL.encode(id) }

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
        data += [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20] + raw[..<32] + [0x22, 0x58, 0x20] + raw[32...]
        return data
    }

    func registered(_ challenge: String, type: String = "webauthn.create") -> PasskeyAnswer {
        PasskeyAnswer(
            credentialID: credentialID, clientData: Base64URL.encode(clientData(type, challenge)),
            authenticatorData: Base64URL.encode(authenticatorData(isNew: true)),
            publicKey: Base64URL.encode(key.publicKey.derRepresentation), algorithm: algorithm)
    }

    func used(_ challenge: String, type: String = "webauthn.get") throws -> PasskeyAnswer {
        let (client, data) = (clientData(type, challenge), authenticatorData(isNew: false))
        let signed = Data(data) + Data(SHA256.hash(data: client))
        return PasskeyAnswer(
            credentialID: credentialID, clientData: Base64URL.encode(client), authenticatorData: Base64URL.encode(data),
            signature: Base64URL.encode(try key.signature(for: signed).derRepresentation))
    }
}
