/// The form of an e-mail address, as the platform demands it.
enum EmailForm {
    /// A local part of the usual characters, one `@`, and a domain of at least two labels. Letters beyond ASCII are
    /// taken in both parts (RFC 6531).
    static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let at = text.firstIndex(of: UInt8(ascii: "@")), (1...64).contains(at) else { return false }
        for byte in text[..<at] where kinds[Int(byte)] == .none { return false }
        var labels = 1
        var start = at + 1
        for place in start..<text.count {
            switch kinds[Int(text[place])] {
            case .letter: continue
            case .hyphen: if place == start || place + 1 == text.count || text[place + 1] == dot { return false }
            case .dot:
                guard isLabel(place - start) else { return false }
                labels += 1
                start = place + 1
            case .local, .none: return false
            }
        }
        return labels >= 2 && isLabel(text.count - start)
    }

    private static func isLabel(_ count: Int) -> Bool { (1...63).contains(count) }

    private static let dot = UInt8(ascii: ".")

    private enum Kind { case none, letter, hyphen, dot, local }

    /// What each byte may be in an address.
    private static let kinds: [Kind] = (0...255).map { (byte: UInt8) in
        switch byte {
        case 48...57, 65...90, 97...122, 128...255: .letter
        case UInt8(ascii: "-"): .hyphen
        case dot: .dot
        default: "!#$%&'*+/=?^_`{|}~".utf8.contains(byte) ? .local : .none
        }
    }
}
