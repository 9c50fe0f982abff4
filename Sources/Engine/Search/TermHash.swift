import Crypto

/// Terms as numbers: the first eight bytes of HMAC-SHA-256 under the organisation's search key.
///
/// Who has the index without the key cannot tell what anybody's name is; two terms of the same number (one chance in
/// 2⁶⁴ a pair) only cost a row that is looked at in vain, since every hit is compared with the record.
struct TermHash: Sendable {
    /// Has taken the key in: a copy of it is quicker than a new one.
    private let keyed: HMAC<SHA256>

    init(key: [UInt8]) { keyed = HMAC<SHA256>(key: SymmetricKey(data: key)) }

    func number(of term: String) -> Int64 {
        var term = term
        return term.withUTF8 { number(of: UnsafeRawBufferPointer($0)) }
    }

    /// - Parameter term: UTF-8.
    func number(of term: UnsafeRawBufferPointer) -> Int64 {
        var code = keyed
        code.update(data: term)
        return code.finalize().withUnsafeBytes { Int64(bitPattern: $0.loadUnaligned(as: UInt64.self).bigEndian) }
    }
}
