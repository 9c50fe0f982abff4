import Glibc
import Records

extension Coercion {
    /// A cell in the field's type, for texts of the usual form: nothing is copied and no value made. Nil when
    /// ``coerce(_:_:)`` has to look: it takes more forms, and says what is wrong. What both take is the same.
    func read(_ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>) -> Cell? {
        if cell.isNull { return cell }
        guard cell.kind == .text else { return nil }
        if cell.count == 0 { return .null }
        let text = UnsafeBufferPointer(rebasing: bytes[cell.range])
        // Blanks at either end are taken off.
        guard text[0] > 32, text[text.count - 1] > 32 else { return nil }
        switch kind {
        case .text: return isTaken(text) ? cell : nil
        case .email: return isTaken(text) && EmailForm.isValid(text) ? cell : nil
        case .boolean: return Self.truth(text).map(Cell.boolean)
        case .date:
            guard let day = Day(utf8: text), Day.platformRange.contains(day) else { return nil }
            return Cell(.date, Int64(day.daysSince1970))
        case .datetime:
            guard let instant = Instant(utf8: text), Day.platformRange.contains(instant.day) else { return nil }
            return Cell(.datetime, instant.milliseconds)
        case .integer(let range): return Self.digits(text).flatMap { range.contains($0) ? Cell(.integer, $0) : nil }
        case .number(let limit, _):
            guard let number = Self.digits(text).map(Double.init), number < limit else { return nil }
            return Cell(.double, Int64(bitPattern: number.bitPattern))
        case .multipicklist, .time, .bytes, .reference, .none: return nil
        }
    }

    /// Whether a text can stay as it is: one of the picklist's own values, or short enough and without a NUL.
    private func isTaken(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = text.baseAddress else { return false }
        if allowed != nil { return canonical.contains { $0.count == text.count && memcmp($0, start, text.count) == 0 } }
        // Bytes are never fewer than characters.
        return (length == 0 || text.count <= length) && memchr(start, 0, text.count) == nil
    }

    private static func truth(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        if text.elementsEqual("true".utf8) { return true }
        return text.elementsEqual("false".utf8) ? false : nil
    }

    /// Up to fifteen digits, which a Double holds exactly.
    private static func digits(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count <= 15 else { return nil }
        var number: Int64 = 0
        for byte in text {
            guard (48...57).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - 48)
        }
        return number
    }
}
