import Glibc

/// Random bytes of the system (getentropy(3)), many at a call: asked for eight at a time, as the standard library does,
/// a bulk load would spend a tenth of its time in the kernel.
enum RandomBytes {
    static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { bytes, made in
            fill(UnsafeMutableRawBufferPointer(bytes))
            made = count
        }
    }

    static func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        for start in stride(from: 0, to: bytes.count, by: bytesMax) {
            let part = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<min(start + bytesMax, bytes.count)])
            guard let base = part.baseAddress else { return }
            precondition(getentropy(base, part.count) == 0, "the system gives no random bytes")
        }
    }

    /// What one call gives.
    private static let bytesMax = 256
}
