import Crypto
import CryptoExtras
public import Engine
import Foundation
public import Records
import Synchronization

extension Identity {
    /// Signs a user in by what an application asserts with its signature (RFC 7523, section 2.1): no password, no secret.
    ///
    /// - Parameters:
    ///   - assertion: A JSON Web Token signed with RS256, by the key of the application's certificate: `iss` its client id, `sub` the
    ///     user name, `aud` this server, `exp` at most five minutes ahead, as a number or as digits.
    ///   - audiences: What `aud` may be.
    /// - Throws: ``SignInRefusal``.
    public func signIn(assertion: String, audiences: Set<String>, address: String) async throws -> AccessGrant {
        let now = environment.now()
        let token = try SignedToken(assertion)
        let application = try await registered(token.issuer, address: address)
        guard application.flows.contains(.jwtBearer), let certificate = application.certificate else {
            throw SignInRefusal.flowNotAllowed
        }
        guard token.isSigned(by: certificate) else {
            throttle.withLock { $0.failed(user: token.issuer, address: address, at: now) }
            throw SignInRefusal.badAssertion("the signature is not that of the application's certificate")
        }
        throttle.withLock { $0.succeeded(user: token.issuer, address: address) }
        guard !token.audiences.isDisjoint(with: audiences) else {
            throw SignInRefusal.badAssertion("audience is invalid")
        }
        guard token.expires.adding(seconds: SignedToken.skewSeconds) > now else {
            throw SignInRefusal.badAssertion("the assertion has expired")
        }
        guard token.expires <= now.adding(seconds: SignedToken.lifeSecondsMax + SignedToken.skewSeconds) else {
            throw SignInRefusal.badAssertion("the assertion expires more than five minutes from now")
        }
        guard let user = try await user(named: token.subject) else { throw SignInRefusal.wrongCredentials }
        return try await grant(user: user, application: application.signing, isPasswordInitial: false)
    }

    /// The public key that a certificate of an application is kept as.
    ///
    /// - Parameter pem: `BEGIN PUBLIC KEY`, of RSA with 2,048 bits or more.
    static func checkedKey(_ pem: String) throws -> String {
        guard (try? _RSA.Signing.PublicKey(pemRepresentation: pem)) != nil else {
            throw PlatformError(
                .invalidOperation, "The certificate must hold an RSA key of 2,048 bits or more, in PEM.",
                fields: ["Certificate"])
        }
        return pem
    }
}

/// A JSON Web Token (RFC 7519) in its compact form, as far as we take them.
struct SignedToken {
    let issuer: String
    let subject: String
    let audiences: Set<String>
    let expires: Instant
    private let signed: Data
    private let signature: Data

    static let lifeSecondsMax: Int64 = 300
    /// Clocks that go apart so far are forgiven.
    static let skewSeconds: Int64 = 180
    private static let bytesMax = 8_192

    /// - Throws: ``SignInRefusal/badAssertion(_:)`` for anything but RS256 (RFC 7518, section 3.3) with these claims.
    init(_ text: String) throws {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.bytesMax, parts.count == 3, let signature = Base64URL.decode(parts[2]),
            let header = Self.object(parts[0]), let claims = Self.object(parts[1])
        else { throw SignInRefusal.badAssertion("the assertion is no JSON Web Token") }
        guard header["alg"] as? String == "RS256", header["crit"] == nil else {
            throw SignInRefusal.badAssertion("the assertion must be signed with RS256")
        }
        let audiences = (claims["aud"] as? [String]) ?? (claims["aud"] as? String).map { [$0] } ?? []
        guard let issuer = claims["iss"] as? String, let subject = claims["sub"] as? String, !audiences.isEmpty,
            let seconds = Self.seconds(claims["exp"])
        else { throw SignInRefusal.badAssertion("the assertion needs iss, sub, aud and exp") }
        self.issuer = issuer
        self.subject = subject
        self.audiences = Set(audiences)
        expires = Instant(milliseconds: seconds * 1000)
        signed = Data("\(parts[0]).\(parts[1])".utf8)
        self.signature = signature
    }

    func isSigned(by pem: String) -> Bool {
        guard let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) else { return false }
        return key.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signed),
            padding: .insecurePKCS1v1_5)
    }

    /// A number, or digits as some clients send; nothing that a clock does not reach.
    private static func seconds(_ value: Any?) -> Int64? {
        let number = (value as? Double) ?? (value as? String).flatMap { Double($0) }
        guard let number, number >= 0, number < 1e11 else { return nil }
        return Int64(number)
    }

    private static func object(_ part: Substring) -> [String: Any]? {
        Base64URL.decode(part).flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    }
}
