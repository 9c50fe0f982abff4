import Glibc
public import Records

/// The keys of people who follow each other and were all made at once, for a bulk load. Gone from memory with the value.
public final class NewKeys: Sendable {
    /// The first and the last person.
    public let subjects: ClosedRange<RecordID>
    // Written once, before anybody else sees it, and cleared when nobody does any more.
    private nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(_ subjects: ClosedRange<RecordID>) {
        self.subjects = subjects
        let count = Int(subjects.upperBound.rawValue - subjects.lowerBound.rawValue) + 1
        bytes = .allocate(byteCount: count * SealingCipher.keyBytes, alignment: 8)
        RandomBytes.fill(bytes)
    }

    deinit {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
        bytes.deallocate()
    }

    /// The keys of some of the people, behind each other.
    func bytes(of range: ClosedRange<RecordID>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= subjects.lowerBound && range.upperBound <= subjects.upperBound)
        let start = Int(range.lowerBound.rawValue - subjects.lowerBound.rawValue) * SealingCipher.keyBytes
        let end = Int(range.upperBound.rawValue - subjects.lowerBound.rawValue + 1) * SealingCipher.keyBytes
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<end])
    }
}

extension Sealer {
    /// Seals a text under the new key of a person.
    public mutating func seal(
        _ text: UnsafeRawBufferPointer, under keys: NewKeys, of subject: RecordID, for use: SealingKey.Use,
        place: Int64,
        into out: UnsafeMutableRawBufferPointer
    ) throws {
        try seal(text, keyBytes: keys.bytes(of: subject...subject), for: use, place: place, into: out)
    }
}
