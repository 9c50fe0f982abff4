import Crypto
import Foundation

extension Identity {
    /// The keyed digest of a text, in Base64, by which a client sees that an answer comes from a server that knows the
    /// client's secret.
    public static func signature(of message: String, clientSecret: String) -> String {
        let key = SymmetricKey(data: Data(clientSecret.utf8))
        return Data(HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key)).base64EncodedString()
    }
}
