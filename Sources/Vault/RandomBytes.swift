import CLibCrypto

/// Random bytes of libcrypto's generator for secrets (NIST SP 800-90A, seeded by the system), many at a call: the system
/// itself gives 256 bytes at a time, which a million keys would wait for.
enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, made in
            fill(UnsafeMutableRawBufferPointer(bytes))
            made = count
        }
    }

    static func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        let isFilled = RAND_priv_bytes(start.assumingMemoryBound(to: UInt8.self), Int32(bytes.count)) == 1
        precondition(isFilled, "the system gives no random bytes")
    }
}
