import CSQLite

/// SQLite's own NOCASE, the same order to the letter, but quick over what two texts have in common: keys of an index
/// that stand beside each other begin alike.
enum IgnoringCase {
    /// Puts it in place of SQLite's on a connection.
    static func install(on database: OpaquePointer) {
        sqlite3_create_collation_v2(
            database, "NOCASE", SQLITE_UTF8, nil,
            { _, firstCount, first, secondCount, second in
                guard let first, let second else { return firstCount - secondCount }
                return IgnoringCase.compare(
                    UnsafeRawBufferPointer(start: first, count: Int(firstCount)),
                    UnsafeRawBufferPointer(start: second, count: Int(secondCount)))
            }, nil)
    }

    /// By bytes, `A` to `Z` as `a` to `z`; of two that begin alike the shorter comes first.
    static func compare(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int32 {
        let count = min(first.count, second.count)
        var place = 0
        while place + 8 <= count {
            let a = first.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let b = second.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            if a != b { break }
            place += 8
        }
        while place < count {
            let (a, b) = (first[place], second[place])
            if a != b {
                let difference = Int32(folded(a)) - Int32(folded(b))
                if difference != 0 { return difference }
            }
            place += 1
        }
        return Int32(first.count - second.count)
    }

    @inline(__always)
    private static func folded(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
}
