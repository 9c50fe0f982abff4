import Records

/// The path of a call without what it may say of a person.
enum EventPath {
    private static let slash = UInt8(ascii: "/")
    private static let omitted = Array("…".utf8)
    private static let partBytesMax = 60

    /// Appends a path with three letters of each id, and nothing behind a field by which records are known. What is no name of a
    /// resource (an address, an escaped text, a long one) is left out.
    static func append(_ path: String, to out: inout [UInt8]) {
        var path = path
        path.withUTF8 { bytes in
            // How many parts stand behind `sobjects`: the object, then an id or a field, then what only the field knows.
            var behindObjects: Int?
            var isByField = false
            var start = 0
            while start <= bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != slash { end += 1 }
                if start > 0 { out.append(slash) }
                let part = bytes[start..<end]
                let isID = isID(part)
                if let place = behindObjects {
                    if place == 1 { isByField = !isID }
                    if place == 2, isByField { return out += omitted }
                    behindObjects = place + 1
                } else if part.elementsEqual("sobjects".utf8) {
                    behindObjects = 0
                }
                if isID {
                    out += part.prefix(3)
                    out += omitted
                } else if part.count > partBytesMax
                    || part.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "%") })
                {
                    out += omitted
                } else {
                    EventText.append(part, to: &out)
                }
                start = end + 1
            }
        }
    }

    /// Appends `59.0` of `/services/data/v59.0/…` and of `/services/Soap/u/59.0`; nothing for paths without a version.
    static func appendVersion(in path: String, to out: inout [UInt8]) {
        var path = path
        path.withUTF8 { bytes in
            for part in bytes.split(separator: slash) {
                let number = part.first == UInt8(ascii: "v") ? part.dropFirst() : part
                guard number.count >= 3, number.suffix(2).elementsEqual(".0".utf8),
                    number.dropLast(2).allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
                else { continue }
                return out += number
            }
        }
    }

    private static func isID(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        (part.count == 15 || part.count == 18) && RecordID(String(decoding: part, as: UTF8.self)) != nil
    }
}
