import Crypto
import Foundation
public import Records

/// A key that seals what is kept of one person, or of the organisation.
///
/// AES-256-GCM (NIST SP 800-38D) with a random nonce; the use and the place are authenticated with the text, so that
/// sealed bytes moved elsewhere do not open.
public struct SealingKey: Sendable {
    /// The person; nil for the organisation's own key.
    public let subject: RecordID?
    let key: SymmetricKey

    /// How many bytes sealing adds: nonce and tag.
    public static let overheadBytes = 28

    /// What the sealed bytes are for. Part of what is authenticated.
    public enum Use: UInt8, Sendable {
        case changeLog = 1
        case restriction = 2
        case export = 3
        case file = 4
    }

    /// Seals bytes: nonce, text and tag, one after the other.
    /// - Parameters:
    ///   - place: What ties the bytes to their place, such as a record's id.
    public func seal(_ bytes: [UInt8], for use: Use, place: Int64) throws -> [UInt8] {
        var sealed = [UInt8]()
        try seal(bytes, for: use, place: place, into: &sealed)
        return sealed
    }

    /// Appends the sealed bytes to `out`: the form for the hot path.
    public func seal(_ bytes: [UInt8], for use: Use, place: Int64, into out: inout [UInt8]) throws {
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Self.context(use, place))
        out.reserveCapacity(out.count + bytes.count + Self.overheadBytes)
        box.nonce.withUnsafeBytes { out.append(contentsOf: $0) }
        box.ciphertext.withUnsafeBytes { out.append(contentsOf: $0) }
        box.tag.withUnsafeBytes { out.append(contentsOf: $0) }
    }

    /// Opens what ``seal(_:for:place:)`` made with the same key, use and place.
    /// - Throws: ``VaultError`` `altered`.
    public func open(_ sealed: some Collection<UInt8>, for use: Use, place: Int64) throws -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: Data(sealed))
            return Array(try AES.GCM.open(box, using: key, authenticating: Self.context(use, place)))
        } catch {
            throw VaultError(.altered, "Sealed data was altered or belongs elsewhere.", subject: subject)
        }
    }

    private static func context(_ use: Use, _ place: Int64) -> [UInt8] {
        withUnsafeBytes(of: place.bigEndian) { [use.rawValue] + Array($0) }
    }
}
