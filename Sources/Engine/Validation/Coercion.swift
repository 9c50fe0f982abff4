import Foundation
import Records

/// Turns what a caller hands in for one field into the field's own type, or says why it cannot.
///
/// Made once a column and run once a cell: it keeps only what the cell needs of the field.
struct Coercion: Sendable {
    let name: String
    private let label: String
    let kind: Kind
    /// Characters; 0 without a limit.
    let length: Int
    /// The values that a restricted picklist has, by themselves in lower case; nil where any value is taken. Which of them
    /// a record can have is for ``PicklistStep``.
    let allowed: [String: String]?
    /// The same values as they are written.
    let canonical: [[UInt8]]

    enum Kind: Sendable {
        case text, multipicklist, email, boolean, date, datetime, time, bytes, none
        case integer(ClosedRange<Int64>)
        case number(limit: Double, scale: Int)
        case reference
    }

    init(_ field: Field) {
        name = field.name
        label = field.label
        length = field.length
        let restricts = field.isRestrictedPicklist && !field.picklist.isEmpty
        allowed = restricts ? Self.values(field.picklist) : nil
        canonical = allowed?.values.map { Array($0.utf8) } ?? []
        kind =
            switch field.type {
            case .email: .email
            case .multipicklist: .multipicklist
            case .string, .textarea, .picklist, .combobox, .phone, .url, .encryptedstring, .anyType: .text
            case .boolean: .boolean
            case .int: .integer(Int64(Int32.min)...Int64(Int32.max))
            case .long: .integer(Int64.min...Int64.max)
            case .double, .currency, .percent:
                .number(
                    limit: field.precision > 0 ? Self.powers[min(18, field.precision - field.scale)] : .infinity,
                    scale: field.precision > 0 ? field.scale : 18)
            case .date: .date
            case .datetime: .datetime
            case .time: .time
            case .id, .reference: .reference
            case .base64: .bytes
            case .address, .location, .junctionIDList: .none
            }
    }

    /// The value in the field's type; null for blanks. What is wrong with it is added to `refusals`.
    func coerce(_ value: Value, _ refusals: inout [PlatformError]) -> Value {
        if case .text(let text) = value {
            if text.isEmpty { return .null }
            do throws(PlatformError) {
                return try read(text)
            } catch {
                refusals.append(error)
                return .null
            }
        }
        do throws(PlatformError) {
            return try convert(value)
        } catch {
            refusals.append(error)
            return .null
        }
    }

    private func read(_ raw: String) throws(PlatformError) -> Value {
        let text = Self.trimmed(raw)
        if text.isEmpty { return .null }
        switch kind {
        case .text: return .text(try checked(text))
        case .email:
            var address = text
            guard address.withUTF8(EmailForm.isValid) else {
                throw PlatformError(
                    .invalidEmailAddress, "\(label): invalid email address: \(Self.shown(text))", fields: [name]
                )
            }
            return .text(try checked(text))
        case .multipicklist: return .text(try multipicklist(text))
        case .boolean:
            guard let truth = Self.truth(text) else { throw wrongType(text) }
            return .boolean(truth)
        case .integer(let range):
            guard let number = Int64(text) ?? Double(text).flatMap({ Int64(exactly: $0) }) else {
                throw wrongType(text)
            }
            return .integer(try within(range, number))
        case .number(let limit, let scale):
            // Double reads `nan`, `inf` and hexadecimal as well, which no field takes.
            guard text.utf8.allSatisfy(Self.isNumeric), let number = Double(text) else { throw wrongType(text) }
            return .double(try rounded(number, limit, scale))
        case .date:
            guard let day = Day(text) ?? Instant(text)?.day else { throw noSuchDay(text) ?? wrongType(text) }
            return .date(try within(day))
        case .datetime:
            guard let instant = Instant(text) ?? Day(text).map(Instant.init(startOf:)) else { throw wrongType(text) }
            _ = try within(instant.day)
            return .datetime(instant)
        case .time:
            guard let time = TimeOfDay(text) else { throw wrongType(text) }
            return .time(time)
        case .reference:
            guard let id = RecordID(text) else {
                throw PlatformError(
                    .malformedID, "\(label): id value of incorrect type: \(Self.shown(text))", fields: [name]
                )
            }
            return .id(id)
        case .bytes:
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else { throw wrongType(text) }
            return .bytes(Array(data))
        case .none: throw wrongType(text)
        }
    }

    /// What came with a type of its own.
    private func convert(_ value: Value) throws(PlatformError) -> Value {
        switch (kind, value) {
        case (_, .null): return .null
        case (.boolean, .boolean), (.time, .time), (.reference, .id), (.bytes, .bytes): return value
        case (.boolean, .integer(let number)) where number == 0 || number == 1: return .boolean(number == 1)
        case (.date, .date(let day)): return .date(try within(day))
        case (.date, .datetime(let instant)): return .date(try within(instant.day))
        case (.datetime, .datetime(let instant)):
            _ = try within(instant.day)
            return value
        case (.datetime, .date(let day)): return .datetime(Instant(startOf: try within(day)))
        case (.integer(let range), .integer(let number)): return .integer(try within(range, number))
        case (.integer(let range), .double(let number)):
            guard let whole = Int64(exactly: number) else { throw wrongType("\(number)") }
            return .integer(try within(range, whole))
        case (.number(let limit, let scale), .double(let number)): return .double(try rounded(number, limit, scale))
        case (.number(let limit, let scale), .integer(let number)):
            return .double(try rounded(Double(number), limit, scale))
        case (.text, .integer), (.text, .double), (.text, .boolean), (.text, .id), (.text, .date), (.text, .datetime),
            (.text, .time), (.email, .integer), (.multipicklist, .integer):
            return try read(WireText.text(of: value) ?? "")
        default: throw wrongType(WireText.text(of: value) ?? "")
        }
    }

    private func checked(_ text: String) throws(PlatformError) -> String {
        if Self.hasNUL(text) {
            throw PlatformError(
                .invalidTypeOnFieldInRecord, "\(label): value holds a NUL character, which no text may hold",
                fields: [name]
            )
        }
        if let allowed {
            guard let value = allowed[text.lowercased()] else { throw notInPicklist(text) }
            return value
        }
        // Bytes are never fewer than characters, so most texts need no count.
        if length > 0, text.utf8.count > length, text.unicodeScalars.count > length {
            throw PlatformError(
                .stringTooLong, "\(label): data value too large: \(Self.shown(text)) (max length=\(length))",
                fields: [name]
            )
        }
        return text
    }

    private func multipicklist(_ text: String) throws(PlatformError) -> String {
        var values: [String] = []
        for part in text.split(separator: ";") {
            let value = Self.trimmed(String(part))
            guard !value.isEmpty else { continue }
            guard let known = allowed == nil ? value : allowed?[value.lowercased()] else { throw notInPicklist(value) }
            if !values.contains(known) { values.append(known) }
        }
        let joined = values.joined(separator: ";")
        if Self.hasNUL(joined) || (length > 0 && joined.unicodeScalars.count > length) {
            throw PlatformError(
                .stringTooLong, "\(label): data value too large: \(Self.shown(joined)) (max length=\(length))",
                fields: [name]
            )
        }
        return joined
    }

    private func within(_ day: Day) throws(PlatformError) -> Day {
        guard Day.platformRange.contains(day) else {
            throw PlatformError(.fieldIntegrityException, "\(label): invalid date: \(day)", fields: [name])
        }
        return day
    }

    private func within(_ range: ClosedRange<Int64>, _ number: Int64) throws(PlatformError) -> Int64 {
        guard range.contains(number) else { throw outOfRange("\(number)") }
        return number
    }

    /// Half away from zero at the field's scale, as the platform rounds.
    private func rounded(_ number: Double, _ limit: Double, _ scale: Int) throws(PlatformError) -> Double {
        guard number.isFinite, abs(number) < limit else { throw outOfRange("\(number)") }
        // Beyond 15 digits a Double has no more to round.
        guard scale < 15, abs(number) < 1e15 else { return number }
        let power = Self.powers[scale]
        let shifted = number * power
        return shifted.rounded(.toNearestOrAwayFromZero) == shifted
            ? number : shifted.rounded(.toNearestOrAwayFromZero) / power
    }

    /// For texts that have a day's form, such as `1990-02-30`, and are none.
    private func noSuchDay(_ text: String) -> PlatformError? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.joined().utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            return nil
        }
        return PlatformError(
            .invalidTypeOnFieldInRecord, "\(label): value not of required type, no such day: \(text)", fields: [name]
        )
    }

    private func wrongType(_ text: String) -> PlatformError {
        PlatformError(
            .invalidTypeOnFieldInRecord, "\(label): value not of required type: \(Self.shown(text))", fields: [name]
        )
    }

    private func outOfRange(_ text: String) -> PlatformError {
        PlatformError(
            .numberOutsideValidRange, "\(label): value outside of valid range on numeric field: \(text)", fields: [name]
        )
    }

    private func notInPicklist(_ text: String) -> PlatformError {
        PlatformError(
            .invalidOrNullForRestrictedPicklist,
            "\(label): bad value for restricted picklist field: \(Self.shown(text))", fields: [name]
        )
    }

    /// The caller's own text, cut where it is long.
    private static func shown(_ text: String) -> String { text.count > 80 ? "\(text.prefix(80))…" : text }

    private static func values(_ picklist: [PicklistValue]) -> [String: String] {
        Dictionary(picklist.map { ($0.value.lowercased(), $0.value) }) { first, _ in first }
    }

    private static func truth(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "y", "on": true
        case "false", "0", "no", "n", "off": false
        default: nil
        }
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || byte == 43 || byte == 45 || byte == 46 || byte == 69 || byte == 101
    }

    private static func hasNUL(_ text: String) -> Bool { text.utf8.contains(0) }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last else { return text }
        // No blank at either end: nothing is copied.
        if first > 32 && last > 32 { return text }
        let bytes = text.utf8
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let end = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[start...end])
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static let powers: [Double] = (0...18).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }
}
