import Foundation
import Ledger
public import Records

/// What a certificate proves.
public struct Verification: Sendable {
    /// The statement, a JSON text, exactly as the log holds it.
    public let statement: String
    /// The log that holds it.
    public let origin: String
    /// Its place in the log, from 0.
    public let index: Int
    /// The size of the log when the certificate was made.
    public let size: Int
}

extension Engine {
    /// The public key of the evidence log, `name+id+base64`: with it anybody checks this organisation's certificates.
    public var evidenceKey: String { evidence.verifierKey }

    /// Checks a certificate with nothing but the file and the log's public key: no database, no network.
    /// - Parameters:
    ///   - certificate: The JSON of the file.
    ///   - key: The text of the key, `name+id+base64`, as the organisation publishes it.
    /// - Throws: `PlatformError` `INVALID_OPERATION`, whose message says which part does not hold.
    public static func verify(certificate json: [UInt8], key: String) throws -> Verification {
        do {
            let certificate = try Certificate(json: json)
            let checkpoint = try certificate.verify(with: VerifierKey(text: key))
            try checkSalt(of: certificate)
            return Verification(
                statement: certificate.entry, origin: checkpoint.origin, index: certificate.index, size: checkpoint.size
            )
        } catch let error as LedgerError {
            throw PlatformError(.invalidOperation, error.message)
        }
    }

    /// The salt is handed out with the certificate and is not in the log; the statement says which one it is. A
    /// certificate may be shown without it.
    private static func checkSalt(of certificate: Certificate) throws {
        guard let salt = certificate.salt else { return }
        let statement = try? JSONSerialization.jsonObject(with: Data(certificate.entry.utf8)) as? [String: Any]
        guard let bytes = Data(base64Encoded: salt), let hash = statement?["saltHash"] as? String,
            Commitment.hash(ofSalt: Array(bytes)) == hash
        else {
            throw PlatformError(
                .invalidOperation, "The salt is not the one of the statement: it was altered, and proves nothing.")
        }
    }
}
