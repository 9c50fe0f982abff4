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
        if let number = known.withLock({ $0[term] }) { return number }
        let code = HMAC<SHA256>.authenticationCode(for: Array(term.utf8), using: key)
        let number = code.withUnsafeBytes { Int64(bitPattern: $0.loadUnaligned(as: UInt64.self).bigEndian) }
        known.withLock { known in
            if known.count >= Self.knownMax { known.removeAll(keepingCapacity: true) }
            known[term] = number
        }
        return number
    }
}
