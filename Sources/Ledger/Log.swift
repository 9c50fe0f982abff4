import Crypto
import Foundation

/// The evidence log of an organisation: an append-only Merkle tree in tiles, with a signed checkpoint.
///
/// Nothing in it is ever rewritten unseen: each checkpoint proves all before it. Entries hold no personal data, only
/// salted commitments to it, so that the log itself has nothing to erase. The files follow C2SP tlog-tiles, and may be
/// served as they are.
///
/// One writes at a time: the owner calls ``append(_:)`` one after the other, and ``refresh()`` before it where other
/// processes write as well.
public struct Log {
    /// The largest entry, in bytes: a bundle states its length in 16 bits.
    public static let entryBytesMax = 65_535

    /// The key that checks the log's signatures; its text is also in the file `key.pub`.
    public let verifierKey: VerifierKey
    /// How many entries the log has.
    public private(set) var size: Int
    private let folder: LogFolder
    private let signingKey: Curve25519.Signing.PrivateKey

    /// Opens the log in a folder, or begins one.
    /// - Parameters:
    ///   - origin: The log's name: no space, no `+`.
    ///   - signingKey: 32 bytes, an Ed25519 private key (RFC 8032). The caller keeps it.
    /// - Throws: ``LedgerError``.
    public init(folder path: String, origin: String, signingKey bytes: [UInt8]) throws {
        guard !origin.isEmpty, !origin.contains(where: { $0.isWhitespace || $0 == "+" }),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else {
            throw LedgerError(.malformed, "A log needs an origin without spaces and plus signs, and a key of 32 bytes.")
        }
        folder = LogFolder(path: path)
        signingKey = key
        verifierKey = VerifierKey(name: origin, key: key.publicKey)
        size = 0
        if folder.has("checkpoint") {
            size = try Checkpoint(note: checkpointNote(), key: verifierKey).size
        } else {
            try folder.replace("key.pub", with: Array((verifierKey.text + "\n").utf8))
            try sign()
        }
    }

    /// Learns what other processes have appended.
    public mutating func refresh() throws { size = try Checkpoint(note: checkpointNote(), key: verifierKey).size }

    /// The signed checkpoint of the whole log.
    public func checkpointNote() throws -> String {
        String(decoding: try folder.read("checkpoint"), as: UTF8.self)
    }

    /// Appends entries and signs the new tree. When it returns, both are on the disk; when it fails, the log is as
    /// before: what lies beyond the checkpoint's size does not count and is written anew.
    /// - Returns: The index of the first.
    @discardableResult
    public mutating func append(_ entries: [[UInt8]]) throws -> Int {
        let first = size
        guard !entries.isEmpty else { return first }
        if let large = entries.firstIndex(where: { $0.count > Self.entryBytesMax }) {
            throw LedgerError(.tooLarge, "Entry \(large) has \(entries[large].count) bytes; the log takes 65,535.")
        }
        // The names of all of them tell their sizes: none is a file of the tree that is signed.
        try folder.write(try bundles(with: entries) + tiles(with: entries.map { Hash.leaf($0) }))
        size += entries.count
        do { try sign() } catch {
            size = first
            throw error
        }
        return first
    }

    /// An entry as it was appended.
    public func entry(at index: Int) throws -> [UInt8] {
        precondition(index >= 0 && index < size, "an entry of the log")
        let bundle = try entries(inBundle: index / Tile.width, of: size)
        return bundle[index % Tile.width]
    }

    /// The proof that an entry is in the log, by the present checkpoint.
    public func inclusionPath(of index: Int) throws -> [Hash] {
        precondition(index >= 0 && index < size, "an entry of the log")
        return try tree(of: size).inclusionPath(of: index, in: size)
    }

    /// The proof that the log still begins with what it held at an earlier size.
    public func consistencyPath(from old: Int) throws -> [Hash] {
        precondition(old >= 0 && old <= size, "a size that the log has had")
        return try tree(of: size).consistencyPath(from: old, to: size)
    }

    /// Reads every entry, computes every hash anew and compares with tiles and checkpoint.
    /// - Throws: ``LedgerError`` `damaged`, naming the first tile that differs.
    public func check() throws {
        for number in 0..<(size + Tile.width - 1) / Tile.width {
            let leaves = try entries(inBundle: number, of: size).map { Hash.leaf($0) }
            guard try hashes(level: 0, tile: number, of: size) == leaves else {
                throw LedgerError(.damaged, "Tile \(number) of the evidence log does not belong to its entries.")
            }
        }
        let checkpoint = try Checkpoint(note: checkpointNote(), key: verifierKey)
        guard try tree(of: size).root(of: size) == checkpoint.root, checkpoint.size == size else {
            throw LedgerError(.damaged, "The evidence log's tiles do not lead to its checkpoint.")
        }
    }

    private func sign() throws {
        let checkpoint = Checkpoint(origin: verifierKey.name, size: size, root: try tree(of: size).root(of: size))
        let note = try SignedNote.sign(checkpoint.text, name: verifierKey.name, with: signingKey)
        try folder.replace("checkpoint", with: Array(note.utf8))
    }

    private typealias File = (name: String, bytes: [UInt8])

    private func bundles(with entries: [[UInt8]]) throws -> [File] {
        var files: [File] = []
        var place = size
        var rest = entries[...]
        while !rest.isEmpty {
            let number = place / Tile.width
            let kept = place % Tile.width == 0 ? [] : try self.entries(inBundle: number, of: size)
            let added = rest.prefix(Tile.width - kept.count)
            let bundle = kept + added
            let bytes = bundle.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }
            files.append((Tile(kind: .entries, number: number, count: bundle.count).path, bytes))
            rest = rest.dropFirst(added.count)
            place += added.count
        }
        return files
    }

    /// The tiles with the new hashes of a level, then those with what the full ones among them give to the next level.
    private func tiles(with leaves: [Hash]) throws -> [File] {
        var files: [File] = []
        var level = 0
        var old = size
        var added = leaves
        while !added.isEmpty {
            var next: [Hash] = []
            var rest = added[...]
            var place = old
            while !rest.isEmpty {
                let number = place / Tile.width
                let kept =
                    place % Tile.width == 0
                    ? [] : try hashes(Tile(kind: .hashes(level: level), number: number, count: place % Tile.width))
                let some = rest.prefix(Tile.width - kept.count)
                let tile = kept + some
                files.append(
                    (Tile(kind: .hashes(level: level), number: number, count: tile.count).path, tile.flatMap(\.bytes)))
                if tile.count == Tile.width { next.append(Self.root(ofPerfect: tile)) }
                rest = rest.dropFirst(some.count)
                place += some.count
            }
            added = next
            old /= Tile.width
            level += 1
        }
        return files
    }

    private func tree(of size: Int) -> MerkleTree {
        MerkleTree { level, index in
            // A tile holds eight levels of the tree: what lies between is hashed from the tile's own row.
            let (tileLevel, rise) = (level / 8, level % 8)
            let first = index << rise
            let tile = try hashes(level: tileLevel, tile: first / Tile.width, of: size)
            let start = first % Tile.width
            guard start + (1 << rise) <= tile.count else {
                throw LedgerError(.damaged, "A tile of level \(tileLevel) of the evidence log is too short.")
            }
            return Self.root(ofPerfect: Array(tile[start..<start + (1 << rise)]))
        }
    }

    private func hashes(level: Int, tile number: Int, of size: Int) throws -> [Hash] {
        let inLevel = size >> (8 * level)
        return try hashes(
            Tile(kind: .hashes(level: level), number: number, count: min(Tile.width, inLevel - number * Tile.width))
        )
    }

    private func hashes(_ tile: Tile) throws -> [Hash] {
        let bytes = try folder.read(tile.path)
        guard bytes.count == tile.count * 32 else {
            throw LedgerError(.damaged, "The file \(tile.path) of the evidence log has a wrong length.")
        }
        return stride(from: 0, to: bytes.count, by: 32).compactMap { Hash(bytes[$0..<$0 + 32]) }
    }

    private func entries(inBundle number: Int, of size: Int) throws -> [[UInt8]] {
        let tile = Tile(kind: .entries, number: number, count: min(Tile.width, size - number * Tile.width))
        let bytes = try folder.read(tile.path)
        var entries: [[UInt8]] = []
        var place = 0
        while place + 2 <= bytes.count {
            let end = place + 2 + (Int(bytes[place]) << 8 | Int(bytes[place + 1]))
            guard end <= bytes.count else { break }
            entries.append(Array(bytes[place + 2..<end]))
            place = end
        }
        guard entries.count == tile.count, place == bytes.count else {
            throw LedgerError(.damaged, "The file \(tile.path) of the evidence log is not whole.")
        }
        return entries
    }

    /// The root of 2^n hashes.
    private static func root(ofPerfect hashes: [Hash]) -> Hash {
        var row = hashes
        while row.count > 1 { row = stride(from: 0, to: row.count, by: 2).map { .node(row[$0], row[$0 + 1]) } }
        return row[0]
    }
}

extension Log: Sendable {}
