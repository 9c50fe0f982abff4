import Foundation

/// A statement with the proof that the evidence log holds it: one file, checked without the log and without a network.
///
/// The statement is the log's entry itself, byte for byte, so what is read is what is proven.
public struct Certificate: Codable, Sendable {
    /// `azukari-certificate/1`.
    public let format: String
    /// The entry of the log: a JSON text. Its UTF-8 bytes are what was hashed.
    public let entry: String
    /// The place of the entry in the log, from 0.
    public let index: Int
    /// The path from the entry to the checkpoint's root, base64, from the leaf upwards (RFC 6962, section 2.1.1).
    public let path: [String]
    /// The signed checkpoint (C2SP tlog-checkpoint).
    public let checkpoint: String
    /// What only the holder of the certificate needs: the salt of the commitments in the entry, base64. Not in the log.
    public let salt: String?

    static let format = "azukari-certificate/1"

    /// Makes the certificate of an entry by the log's present checkpoint.
    public init(of index: Int, in log: Log, salt: [UInt8]?) throws {
        format = Self.format
        entry = String(decoding: try log.entry(at: index), as: UTF8.self)
        self.index = index
        path = try log.inclusionPath(of: index).map { Data($0.bytes).base64EncodedString() }
        checkpoint = try log.checkpointNote()
        self.salt = salt.map { Data($0).base64EncodedString() }
    }

    /// Reads a certificate's JSON.
    /// - Throws: ``LedgerError`` `malformed`.
    public init(json: [UInt8]) throws {
        do {
            self = try JSONDecoder().decode(Certificate.self, from: Data(json))
        } catch {
            throw LedgerError(
                .malformed, "The file is not a certificate: it needs format, entry, index, path, checkpoint.")
        }
        guard format == Self.format else {
            throw LedgerError(
                .malformed, "The certificate's format is unknown to this version; it reads \(Self.format).")
        }
    }

    /// The certificate as JSON, indented, with sorted keys.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// Checks the checkpoint's signature and the path from the entry to its root.
    /// - Returns: The checkpoint that proves the entry.
    /// - Throws: ``LedgerError`` `malformed` or `notProven`, saying which part fails.
    @discardableResult
    public func verify(with key: VerifierKey) throws -> Checkpoint {
        let checkpoint = try Checkpoint(note: checkpoint, key: key)
        let hashes = path.compactMap { Data(base64Encoded: $0).flatMap { Hash($0) } }
        guard hashes.count == path.count else {
            throw LedgerError(.malformed, "The certificate's path holds something that is not a hash.")
        }
        let leaf = Hash.leaf(entry.utf8)
        guard
            MerkleTree.verifyInclusion(
                of: leaf, at: index, in: checkpoint.size, root: checkpoint.root, path: hashes
            )
        else {
            throw LedgerError(.notProven, "The entry is not the one that the log holds at \(index): it was altered.")
        }
        return checkpoint
    }
}
