import Foundation

/// The size and the root of the log at a moment (C2SP tlog-checkpoint).
public struct Checkpoint: Equatable, Sendable {
    public let origin: String
    public let size: Int
    public let root: Hash

    init(origin: String, size: Int, root: Hash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The three lines that are signed.
    var text: String { "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n" }

    /// Reads a signed checkpoint and checks the signature and that the origin is the key's.
    /// - Throws: ``LedgerError`` `malformed` or `notProven`.
    public init(note: String, key: VerifierKey) throws {
        let lines = try SignedNote(note, verifiedBy: key).text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines[0] == key.name, let size = Int(lines[1]), size >= 0, String(size) == lines[1],
            let data = Data(base64Encoded: String(lines[2])), let root = Hash(data)
        else {
            throw LedgerError(.malformed, "The checkpoint is not of three lines: origin, size, root.")
        }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}
