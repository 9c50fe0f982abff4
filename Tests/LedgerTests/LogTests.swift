import Crypto
import Foundation
import Testing

@testable import Ledger

struct LogTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)").path
    let key = Array(repeating: UInt8(7), count: 32)

    private func open() throws -> Log { try Log(folder: folder, origin: "azukari.example/log", signingKey: key) }

    private func entries(_ range: Range<Int>) -> [[UInt8]] { range.map { Array("entry \($0)".utf8) } }

    /// The root by definition, without tiles.
    private func root(_ hashes: ArraySlice<Hash>) -> Hash {
        if hashes.count == 1 { return hashes[hashes.startIndex] }
        var half = 1
        while half * 2 < hashes.count { half *= 2 }
        let middle = hashes.startIndex + half
        return .node(root(hashes[..<middle]), root(hashes[middle...]))
    }

    @Test(arguments: [[1], [255, 1, 1], [256], [300, 300], [1, 2, 3, 700]])
    func `a log appended in any steps has the root of its entries`(steps: [Int]) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var log = try open()
        var size = 0
        for step in steps {
            #expect(try log.append(entries(size..<size + step)) == size)
            size += step
        }
        let hashes = entries(0..<size).map { Hash.leaf($0) }
        #expect(try Checkpoint(note: log.checkpointNote(), key: log.verifierKey).root == root(hashes[...]))
        try log.check()
        let again = try open()
        #expect(again.size == size)
        #expect(try again.entry(at: size - 1) == entries(0..<size)[size - 1])
    }

    @Test func `seventy thousand entries lie in the tiles that the specification names`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var log = try open()
        try log.append(entries(0..<70_000))
        for path in ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"] {
            #expect(FileManager.default.fileExists(atPath: folder + "/" + path), "\(path)")
        }
        let certificate = try Certificate(of: 69_999, in: log, salt: nil)
        #expect(try certificate.verify(with: log.verifierKey).size == 70_000)
    }

    @Test func `what was written beyond the checkpoint does not count`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var log = try open()
        try log.append(entries(0..<3))
        let note = try Data(contentsOf: URL(fileURLWithPath: folder + "/checkpoint"))
        try log.append(entries(3..<5))
        try note.write(to: URL(fileURLWithPath: folder + "/checkpoint"))
        var crashed = try open()
        #expect(crashed.size == 3)
        try crashed.append(entries(10..<12))
        try crashed.check()
        #expect(try crashed.entry(at: 4) == Array("entry 11".utf8))
    }

    @Test func `a changed entry is found`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var log = try open()
        try log.append(entries(0..<3))
        let path = folder + "/tile/entries/000.p/3"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[5] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: LedgerError(.damaged, "")) { try log.check() }
    }

    @Test func `a certificate holds offline, and a flipped bit of what it proves is found`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var log = try open()
        try log.append(entries(0..<9))
        let json = try Certificate(of: 4, in: log, salt: [1, 2, 3]).json()
        let key = try VerifierKey(text: log.verifierKey.text)
        #expect(try Certificate(json: json).verify(with: key).size == 9)
        let proven = try Certificate(json: json)
        for place in json.indices {
            var altered = json
            altered[place] ^= 1
            // White space, the salt and the spelling of base64's last bits prove nothing; all else must be refused.
            guard let certificate = try? Certificate(json: altered), (try? certificate.verify(with: key)) != nil else {
                continue
            }
            #expect(certificate.entry == proven.entry)
            #expect(certificate.index == proven.index)
        }
    }

    @Test func `a note of another key is refused`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try open()
        let other = VerifierKey(name: "azukari.example/log", key: Curve25519.Signing.PrivateKey().publicKey)
        #expect(throws: LedgerError(.notProven, "")) { try Checkpoint(note: log.checkpointNote(), key: other) }
    }
}
