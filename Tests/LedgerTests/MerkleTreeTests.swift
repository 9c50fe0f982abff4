import Testing

@testable import Ledger

/// The well-known eight leaves of the certificate transparency projects.
private let leaves: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
    [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57], Array(0x60...0x6f),
]

private let tree = MerkleTree { level, index in
    var row = leaves[index << level..<(index + 1) << level].map { Hash.leaf($0) }
    while row.count > 1 { row = stride(from: 0, to: row.count, by: 2).map { .node(row[$0], row[$0 + 1]) } }
    return row[0]
}

struct MerkleTreeTests {
    @Test(arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
        (6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
        (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ])
    func `the roots of the eight leaves are the published ones`(size: Int, root: String) throws {
        #expect(try tree.root(of: size).description == root)
    }

    @Test func `the path of leaf five of eight is the published one`() throws {
        #expect(
            try tree.inclusionPath(of: 5, in: 8).map(\.description) == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
    }

    @Test(arguments: 1...8)
    func `every entry is proven at every size, and no other`(size: Int) throws {
        let root = try tree.root(of: size)
        for index in 0..<size {
            let path = try tree.inclusionPath(of: index, in: size)
            for (other, leaf) in leaves.enumerated() {
                let holds = MerkleTree.verifyInclusion(
                    of: .leaf(leaf), at: index, in: size, root: root, path: path)
                #expect(holds == (other == index))
            }
            #expect(
                !MerkleTree.verifyInclusion(
                    of: .leaf(leaves[index]), at: index, in: size, root: root, path: path + [root]))
        }
    }

    @Test(arguments: 0...8)
    func `every size is proven to begin with every smaller one`(size: Int) throws {
        let root = try tree.root(of: size)
        for old in 0...size {
            let path = try tree.consistencyPath(from: old, to: size)
            let oldRoot = try tree.root(of: old)
            #expect(MerkleTree.verifyConsistency(from: old, root: oldRoot, to: size, root: root, path: path))
            if old > 0 {
                let wrong = Hash.leaf([9])
                #expect(!MerkleTree.verifyConsistency(from: old, root: wrong, to: size, root: root, path: path))
            }
        }
    }
}
