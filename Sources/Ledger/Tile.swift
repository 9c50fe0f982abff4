/// Where a tile of the log lies (C2SP tlog-tiles): 256 hashes, or a bundle of 256 entries.
struct Tile: Hashable {
    static let width = 256

    enum Kind: Hashable {
        case hashes(level: Int)
        case entries
    }

    let kind: Kind
    let number: Int
    /// 1 ... 256; below 256 the tile is partial.
    let count: Int

    /// Relative to the log's folder, such as `tile/0/x001/x234/067.p/12`.
    var path: String {
        let folder =
            switch kind {
            case .hashes(let level): "tile/\(level)/"
            case .entries: "tile/entries/"
            }
        return folder + Self.path(of: number) + (count < Self.width ? ".p/\(count)" : "")
    }

    /// Groups of three digits, all but the last with `x`.
    private static func path(of number: Int) -> String {
        var rest = number / 1000
        var path = padded(number % 1000)
        while rest > 0 {
            path = "x" + padded(rest % 1000) + "/" + path
            rest /= 1000
        }
        return path
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
