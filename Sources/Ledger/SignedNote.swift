import Crypto
import Foundation

/// The key that checks a log's signatures, in the text form of C2SP signed notes: `name+keyID+base64(type ‖ key)`.
public struct VerifierKey: Sendable {
    /// The log's origin.
    public let name: String
    let keyID: [UInt8]
    private let key: Curve25519.Signing.PublicKey

    init(name: String, key: Curve25519.Signing.PublicKey) {
        self.name = name
        self.key = key
        // Key ID: SHA-256(name ‖ 0x0A ‖ type ‖ key), cut to four bytes; type 1 is Ed25519 (C2SP signed-note).
        keyID = Array(SHA256.hash(data: Array(name.utf8) + [10, 1] + Array(key.rawRepresentation)).prefix(4))
    }

    /// Reads the text form.
    /// - Throws: ``LedgerError`` `malformed`.
    public init(text: String) throws {
        let parts = text.trimmingCharacters(in: .whitespacesAndNewlines).split(
            separator: "+", maxSplits: 2, omittingEmptySubsequences: false
        )
        guard parts.count == 3, !parts[0].isEmpty, let data = Data(base64Encoded: String(parts[2])), data.count == 33,
            data.first == 1, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: data.dropFirst())
        else {
            throw LedgerError(.malformed, "The key is not of the form name+id+base64, as in key.pub of the log.")
        }
        self.init(name: String(parts[0]), key: key)
        guard keyID.hex == parts[1].lowercased() else {
            throw LedgerError(.malformed, "The id in the key's text does not belong to the key.")
        }
    }

    /// The text form.
    public var text: String {
        "\(name)+\(keyID.hex)+\(Data([1] + key.rawRepresentation).base64EncodedString())"
    }

    func isValid(_ signature: some Sequence<UInt8>, for text: String) -> Bool {
        key.isValidSignature(Data(signature), for: Data(text.utf8))
    }
}

/// A text with signatures below it (C2SP signed-note).
struct SignedNote {
    /// Ends with a newline.
    let text: String

    static func sign(_ text: String, name: String, with key: Curve25519.Signing.PrivateKey) throws -> String {
        let verifier = VerifierKey(name: name, key: key.publicKey)
        let signature = try key.signature(for: Data(text.utf8))
        return "\(text)\n— \(name) \(Data(verifier.keyID + signature).base64EncodedString())\n"
    }

    /// Takes a note whose signatures include a valid one by the key.
    init(_ note: String, verifiedBy key: VerifierKey) throws {
        guard let border = note.range(of: "\n\n", options: .backwards) else {
            throw LedgerError(.malformed, "The checkpoint has no signature.")
        }
        text = String(note[..<border.lowerBound]) + "\n"
        let signatures = note[border.upperBound...].split(separator: "\n").prefix(16)
        for line in signatures where line.hasPrefix("— \(key.name) ") {
            let encoded = String(line.dropFirst(key.name.count + 3))
            guard let data = Data(base64Encoded: encoded), data.count == 68, Array(data.prefix(4)) == key.keyID else {
                continue
            }
            if key.isValid(data.dropFirst(4), for: text) { return }
            throw LedgerError(.notProven, "The signature of the checkpoint does not hold.")
        }
        throw LedgerError(.notProven, "The checkpoint is not signed by \(key.name).")
    }
}

extension Sequence<UInt8> {
    var hex: String { map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}
