/// The tree of RFC 6962, section 2.1, over whatever holds the hashes of its perfect subtrees.
///
/// ## Topics
/// - Making: ``root(of:)``, ``inclusionPath(of:in:)``, ``consistencyPath(from:to:)``
/// - Checking: ``verifyInclusion(of:at:in:root:path:)``, ``verifyConsistency(from:root:to:root:path:)``
struct MerkleTree: Sendable {
    /// The hash of the perfect subtree with 2^`level` leaves that begins at leaf `index` · 2^`level`.
    let subtree: @Sendable (_ level: Int, _ index: Int) throws -> Hash

    /// The root of the first `size` entries: `MTH(D[size])`.
    func root(of size: Int) throws -> Hash { size == 0 ? .empty : try hash(0..<size) }

    /// `PATH(index, D[size])`. The index must be below the size.
    func inclusionPath(of index: Int, in size: Int) throws -> [Hash] { try path(index, in: 0..<size) }

    /// `PROOF(old, D[size])`, for 0 < old ≤ size; empty for an old size of 0.
    func consistencyPath(from old: Int, to size: Int) throws -> [Hash] {
        old == 0 ? [] : try subproof(old, in: 0..<size, isWhole: true)
    }

    /// `MTH` of a range that is not empty and begins at a multiple of the power of two that covers it.
    private func hash(_ range: Range<Int>) throws -> Hash {
        let count = range.count
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return try subtree(level, range.lowerBound >> level)
        }
        let middle = range.lowerBound + Self.split(count)
        return try .node(hash(range.lowerBound..<middle), hash(middle..<range.upperBound))
    }

    private func path(_ index: Int, in range: Range<Int>) throws -> [Hash] {
        if range.count == 1 { return [] }
        let middle = range.lowerBound + Self.split(range.count)
        return index < middle
            ? try path(index, in: range.lowerBound..<middle) + [hash(middle..<range.upperBound)]
            : try path(index, in: middle..<range.upperBound) + [hash(range.lowerBound..<middle)]
    }

    private func subproof(_ old: Int, in range: Range<Int>, isWhole: Bool) throws -> [Hash] {
        if old == range.upperBound { return isWhole ? [] : [try hash(range)] }
        let middle = range.lowerBound + Self.split(range.count)
        return old <= middle
            ? try subproof(old, in: range.lowerBound..<middle, isWhole: isWhole) + [hash(middle..<range.upperBound)]
            : try subproof(old, in: middle..<range.upperBound, isWhole: false) + [hash(range.lowerBound..<middle)]
    }

    /// The largest power of two smaller than a count above 1.
    private static func split(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }

    /// Whether the path leads from a leaf to the root (RFC 9162, section 2.1.3.2).
    static func verifyInclusion(of leaf: Hash, at index: Int, in size: Int, root: Hash, path: [Hash]) -> Bool {
        guard index >= 0, index < size else { return false }
        var walk = Walk(node: index, last: size - 1)
        var hash = leaf
        for sibling in path {
            guard walk.last > 0 else { return false }
            if walk.isRight {
                hash = .node(sibling, hash)
                walk.skipLoneNodes()
            } else {
                hash = .node(hash, sibling)
            }
            walk.rise()
        }
        return walk.last == 0 && hash == root
    }

    /// Whether the tree of the new size begins with the tree of the old (RFC 9162, section 2.1.4.2).
    static func verifyConsistency(from old: Int, root oldRoot: Hash, to size: Int, root: Hash, path: [Hash]) -> Bool {
        guard old >= 0, old <= size else { return false }
        if old == 0 { return path.isEmpty }
        if old == size { return path.isEmpty && oldRoot == root }
        var path = path[...]
        if old & (old - 1) == 0 { path = [oldRoot] + path }
        guard let first = path.popFirst() else { return false }
        var walk = Walk(node: old - 1, last: size - 1)
        while walk.node & 1 == 1 { walk.rise() }
        var oldHash = first
        var hash = first
        for sibling in path {
            guard walk.last > 0 else { return false }
            if walk.isRight {
                oldHash = .node(sibling, oldHash)
                hash = .node(sibling, hash)
                walk.skipLoneNodes()
            } else {
                hash = .node(hash, sibling)
            }
            walk.rise()
        }
        return walk.last == 0 && oldHash == oldRoot && hash == root
    }

    /// A climb from a node to the root, beside the last node of each level.
    private struct Walk {
        var node: Int
        var last: Int

        var isRight: Bool { node & 1 == 1 || node == last }

        mutating func rise() {
            node >>= 1
            last >>= 1
        }

        /// The last node of a level without a sibling rises as it is.
        mutating func skipLoneNodes() {
            while node & 1 == 0, node != 0 { rise() }
        }
    }
}
