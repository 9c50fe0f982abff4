/// Some records that have a term: the first one's id, then how far each lies behind the one before.
///
/// The distances are LEB128 numbers, one less than they are, since no record stands twice. Records lie close together where
/// a term is common, so that most take one byte.
enum PostingBlock {
    /// More are split: a block is read and written as a whole.
    static let idsMax = 512

    /// - Parameter ids: Ascending, at least one.
    /// - Returns: What stands beside the first id.
    static func encode(_ ids: ArraySlice<Int64>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ids.count * 2)
        encode(ids, into: &bytes)
        return bytes
    }

    static func encode(_ ids: ArraySlice<Int64>, into bytes: inout [UInt8]) {
        for (before, id) in zip(ids, ids.dropFirst()) {
            var distance = UInt64(id - before - 1)
            while distance >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: distance) | 0x80)
                distance >>= 7
            }
            bytes.append(UInt8(distance))
        }
    }

    /// The ids again, ascending. Bytes that no ``encode(_:)`` made end where they make no sense.
    static func decode(first: Int64, _ bytes: UnsafeBufferPointer<UInt8>) -> [Int64] {
        var ids = [first]
        ids.reserveCapacity(bytes.count + 1)
        var (last, distance, shift) = (first, UInt64(0), UInt64(0))
        for byte in bytes {
            guard shift < 63 else { break }
            distance |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            let (next, isTooFar) = last.addingReportingOverflow(
                Int64(truncatingIfNeeded: distance & 0x7FFF_FFFF_FFFF_FFFF))
            guard !isTooFar, next < Int64.max else { break }
            last = next + 1
            ids.append(last)
            (distance, shift) = (0, 0)
        }
        return ids
    }
}
