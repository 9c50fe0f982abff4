#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Turns text of another encoding into UTF-8, chunk by chunk, by the C library's iconv.
///
/// Bytes that the encoding does not have become the single byte FF, which UTF-8 does not have either: a reader of rows
/// behind the decoder then refuses that row and no other. Where they were is in ``faults``.
public struct TextDecoder {
    /// Offsets of bytes that could not be read, counted from the beginning of the input; the first 1,000.
    public private(set) var faults: [Int] = []
    public let encoding: TextEncoding

    private let descriptor: Descriptor?
    /// The beginning of a character whose end is in the next chunk.
    private var pending: [UInt8] = []
    private var offset = 0

    /// - Throws: ``FormatError`` when the machine's C library lacks the encoding.
    public init(_ encoding: TextEncoding) throws(FormatError) {
        self.encoding = encoding
        descriptor = encoding == .utf8 ? nil : try Descriptor(encoding)
    }

    /// Decodes a chunk and appends it.
    public mutating func decode(_ bytes: some Collection<UInt8>, into out: inout [UInt8]) {
        guard let descriptor else {
            out.append(contentsOf: bytes)
            return
        }
        var input = pending
        input.append(contentsOf: bytes)
        let used = convert(&input, by: descriptor, into: &out)
        pending = Array(input[used...])
        offset += used
    }

    /// Ends the input. A character that was cut off is a fault.
    public mutating func finish(into out: inout [UInt8]) {
        guard !pending.isEmpty else { return }
        note(offset)
        out.append(0xFF)
        offset += pending.count
        pending = []
    }

    /// Decodes a whole text.
    ///
    /// - Throws: ``FormatError`` with the byte's offset when anything in it is not of the encoding.
    public static func decode(_ bytes: some Collection<UInt8>, _ encoding: TextEncoding) throws(FormatError) -> String {
        var decoder = try TextDecoder(encoding)
        var out: [UInt8] = []
        decoder.decode(bytes, into: &out)
        decoder.finish(into: &out)
        let bad = decoder.faults.first ?? out.withUnsafeBufferPointer { UTF8Check.firstInvalid(in: $0) }
        if let bad {
            throw FormatError(.badEncoding, "the byte at offset \(bad) is not \(encoding.rawValue)", offset: bad)
        }
        return String(decoding: out.starts(with: [0xEF, 0xBB, 0xBF]) ? out.dropFirst(3) : out[...], as: UTF8.self)
    }

    /// Converts as much as is whole; gives the number of bytes that were used.
    private mutating func convert(_ input: inout [UInt8], by descriptor: Descriptor, into out: inout [UInt8]) -> Int {
        var used = 0
        var room = [UInt8](repeating: 0, count: 16_384)
        while used < input.count {
            let (taken, made, stop) = descriptor.convert(&input, from: used, into: &room)
            out.append(contentsOf: room[..<made])
            used += taken
            switch stop {
            case .done, .outputFull: continue
            case .cutOff: return used
            case .invalid:
                note(offset + used)
                out.append(0xFF)
                // A lead byte whose second byte does not fit: the second may be a quote or a line break, so it stays.
                used += encoding == .utf16LittleEndian || encoding == .utf16BigEndian ? min(2, input.count - used) : 1
            }
        }
        return used
    }

    private mutating func note(_ place: Int) { if faults.count < 1000 { faults.append(place) } }
}

/// A conversion that the C library keeps open. One decoder owns it and is its only caller.
private final class Descriptor {
    enum Stop { case done, outputFull, cutOff, invalid }

    private let handle: iconv_t

    init(_ encoding: TextEncoding) throws(FormatError) {
        let opened = iconv_open("UTF-8", encoding.iconvName)
        // iconv_open answers (iconv_t)-1 on failure.
        guard let opened, opened != UnsafeMutableRawPointer(bitPattern: -1) else {
            throw FormatError(
                .unavailable,
                "this machine cannot read \(encoding.rawValue): install the C library's converters "
                    + "(Debian: libc6, libc-gconv-modules-extra)")
        }
        handle = opened
    }

    deinit { iconv_close(handle) }

    func convert(_ input: inout [UInt8], from start: Int, into room: inout [UInt8]) -> (taken: Int, made: Int, Stop) {
        input.withUnsafeMutableBytes { source in
            room.withUnsafeMutableBytes { target in
                var from = source.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                var to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
                var left = source.count - start
                var free = target.count
                let result = iconv(handle, &from, &left, &to, &free)
                let stop: Stop
                if result != Int(bitPattern: UInt.max) {
                    stop = .done
                } else if errno == E2BIG {
                    stop = .outputFull
                } else {
                    stop = errno == EINVAL ? .cutOff : .invalid
                }
                return (source.count - start - left, target.count - free, stop)
            }
        }
    }
}
