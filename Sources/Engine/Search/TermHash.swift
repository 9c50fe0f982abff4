import Crypto
import Synchronization

/// Terms as numbers: the first eight bytes of HMAC-SHA-256 under the organisation's search key.
///
/// Who has the index without the key cannot tell what anybody's name is; two terms of the same number (one chance in
/// 2⁶⁴ a pair) only cost a row that is looked at in vain, since every hit is compared with the record.
final class TermHash: Sendable {
    private let key: SymmetricKey
    /// Most terms come again and again. Dropped whole when full.
    private let known = Mutex<[String: Int64]>([:])
    private static let knownMax = 65_536

    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func number(of term: String) -> Int64 {
        numbers(of: CollectionOfOne(term))[0]
    }

    /// The numbers of terms, in their order.
    func numbers(of terms: some Collection<String>) -> [Int64] {
        var (numbers, missing) = ([Int64](), [(place: Int, term: String)]())
        numbers.reserveCapacity(terms.count)
        known.withLock { known in
            for term in terms {
                if let number = known[term] {
                    numbers.append(number)
                } else {
                    missing.append((numbers.count, term))
                    numbers.append(0)
                }
            }
        }
        if missing.isEmpty { return numbers }
        for (place, term) in missing { numbers[place] = calculated(term) }
        known.withLock { known in
            if known.count + missing.count > Self.knownMax { known.removeAll(keepingCapacity: true) }
            for (place, term) in missing { known[term] = numbers[place] }
        }
        return numbers
    }

    private func calculated(_ term: String) -> Int64 {
        var term = term
        let code = term.withUTF8 { HMAC<SHA256>.authenticationCode(for: UnsafeRawBufferPointer($0), using: key) }
        return code.withUnsafeBytes { Int64(bitPattern: $0.loadUnaligned(as: UInt64.self).bigEndian) }
    }
}
