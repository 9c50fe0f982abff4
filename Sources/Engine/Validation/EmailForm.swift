/// The form of an e-mail address, as the platform demands it.
enum EmailForm {
    /// A local part of the usual characters, one `@`, and a domain of at least two labels. Letters beyond ASCII are
    /// taken in both parts (RFC 6531).
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return false }
        let local = bytes[..<at]
        let domain = bytes[bytes.index(after: at)...]
        guard !local.isEmpty, local.count <= 64, local.allSatisfy(isLocal) else { return false }
        var labels = 0
        for label in domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard let first = label.first, let last = label.last, label.count <= 63, label.allSatisfy(isDomain) else {
                return false
            }
            if first == UInt8(ascii: "-") || last == UInt8(ascii: "-") { return false }
            labels += 1
        }
        return labels >= 2
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
    }

    private static func isDomain(_ byte: UInt8) -> Bool { isLetterOrDigit(byte) || byte == UInt8(ascii: "-") }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte >= 128
    }
}
