import Crypto
import CryptoExtras
import Engine
import Foundation
public import Records

/// The public key by which ID tokens are signed, as a JSON Web Key (RFC 7517) has it.
public struct OpenIDKey: Sendable {
    /// Its thumbprint (RFC 7638).
    public let id: String
    public let modulus: String
    public let exponent: String
}

extension Identity {
    private static let idTokenSeconds: Int64 = 600

    /// The key that checks ID tokens. Made when it is first asked for.
    public func openIDKey() throws -> OpenIDKey { try Self.publicPart(of: signingKey()) }

    /// Who the user is, signed for an application (OpenID Connect Core, section 2).
    ///
    /// - Parameters:
    ///   - issuer: This server's address, as discovery names it.
    ///   - subject: Under which the user is known to clients.
    ///   - audience: The application's client id.
    public func idToken(for grant: AccessGrant, issuer: String, subject: String, audience: String) throws -> String {
        let key = try signingKey()
        let issued = grant.issuedAt.milliseconds / 1000
        var claims: [String: Any] = [
            "iss": issuer, "sub": subject, "aud": audience, "iat": issued, "exp": issued + Self.idTokenSeconds,
            "at_hash": Base64URL.encode(SHA256.hash(data: Data(grant.token.utf8)).prefix(16)),
        ]
        claims["nonce"] = grant.nonce
        let header = ["alg": "RS256", "typ": "JWT", "kid": try Self.publicPart(of: key).id]
        let parts = try [header, claims].map { part in
            Base64URL.encode(
                try JSONSerialization.data(withJSONObject: part, options: [.sortedKeys, .withoutEscapingSlashes]))
        }
        let signed = parts.joined(separator: ".")
        let signature = try key.signature(
            for: SHA256.hash(data: Data(signed.utf8)), padding: .insecurePKCS1v1_5)
        return "\(signed).\(Base64URL.encode(signature.rawRepresentation))"
    }

    private func signingKey() throws -> _RSA.Signing.PrivateKey {
        try _RSA.Signing.PrivateKey(
            pemRepresentation: engine.keyFile(named: "openid") {
                try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
            })
    }

    private static func publicPart(of key: _RSA.Signing.PrivateKey) throws -> OpenIDKey {
        let numbers = try key.publicKey.getKeyPrimitives()
        let (modulus, exponent) = (Base64URL.encode(numbers.modulus), Base64URL.encode(numbers.publicExponent))
        // The members that the thumbprint is of, in their order, without blanks (RFC 7638, section 3.2).
        let members = #"{"e":"\#(exponent)","kty":"RSA","n":"\#(modulus)"}"#
        return OpenIDKey(
            id: Base64URL.encode(SHA256.hash(data: Data(members.utf8))), modulus: modulus, exponent: exponent)
    }
}
