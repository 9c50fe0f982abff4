import Crypto
import Foundation

/// Proof that whoever redeems a code is who asked for it (RFC 7636). `plain` is not taken.
enum ProofKey {
    /// A digest in Base64 for addresses: 43 letters.
    static func isChallenge(_ text: String) -> Bool { text.utf8.count == 43 && text.utf8.allSatisfy(isUnreserved) }

    /// - Parameter verifier: Of 43 to 128 letters.
    static func isRight(_ verifier: String, for challenge: String) -> Bool {
        guard (43...128).contains(verifier.utf8.count), verifier.utf8.allSatisfy(isUnreserved) else { return false }
        let digest = Base64URL.encode(SHA256.hash(data: Data(verifier.utf8)))
        return Secret.areEqual(Array(digest.utf8), Array(challenge.utf8))
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(byte)
        }
    }
}
