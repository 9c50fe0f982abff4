import Records

/// What the values of a column have in common, from which the type of a new field follows.
struct ValueSurvey {
    private var count = 0
    private var lengthMax = 0
    private var digitsAfterPointMax = 0
    private var digitsMax = 0
    private var hasLineBreak = false
    private var hasSemicolon = false
    private var distinct: Set<String> = []
    private var tokens: Set<String> = []
    private var isEverything = Set(Kind.allCases)

    /// More distinct values than this are no picklist.
    private static let picklistMax = 50

    /// Texts longer than this are prose, and the next one may be longer still.
    private static let lineMax = 120

    private enum Kind: CaseIterable { case day, instant, time, number, truth, url, email }

    /// Looks at one value; empty ones tell nothing.
    mutating func note(_ value: Value) {
        guard let text = Self.text(value), !text.isEmpty else { return }
        count += 1
        lengthMax = max(lengthMax, text.count)
        hasLineBreak = hasLineBreak || text.contains { $0.isNewline }
        isEverything = isEverything.filter { Self.fits(text, $0) }
        if isEverything.contains(.number) {
            let parts = text.split(separator: ".", maxSplits: 1)
            digitsMax = max(digitsMax, parts[0].count)
            digitsAfterPointMax = max(digitsAfterPointMax, parts.count > 1 ? parts[1].count : 0)
        }
        if distinct.count <= Self.picklistMax { distinct.insert(text) }
        hasSemicolon = hasSemicolon || text.contains(";")
        if tokens.count <= Self.picklistMax {
            for token in text.split(separator: ";") { tokens.insert(String(token)) }
        }
    }

    /// The field that would hold these values.
    func field(named name: String, type given: FieldType?) -> Field {
        var field = Field(name: name, type: given ?? type(named: name))
        field.isCustom = true
        field.label = Self.label(name)
        field.labelJa = field.label
        switch field.type {
        case .string:
            field.length = 255
            if Self.isKey(name) {
                field.length = 80
                (field.isExternalID, field.isIDLookup, field.isUnique) = (true, true, true)
            }
        case .textarea: field.length = lengthMax > 32_768 ? 131_072 : 32_768
        case .url, .combobox: field.length = 255
        case .email: field.length = 80
        case .phone: field.length = 40
        case .picklist:
            field.length = 255
            field.picklist = Self.values(distinct.count <= Self.picklistMax ? distinct : [])
        case .multipicklist:
            field.length = 4099
            field.picklist = Self.values(tokens.count <= Self.picklistMax ? tokens : [])
        case .double, .currency, .percent: (field.precision, field.scale) = (18, digitsAfterPointMax)
        case .boolean: (field.isNillable, field.defaultValue) = (false, false)
        default: break
        }
        return field
    }

    private func type(named name: String) -> FieldType {
        if Self.isKey(name) || name.lowercased().hasSuffix("id__c") { return .string }
        guard count > 0 else { return .string }
        if isEverything.contains(.day) { return .date }
        if isEverything.contains(.instant) { return .datetime }
        if isEverything.contains(.time) { return .time }
        if isEverything.contains(.number), digitsMax + digitsAfterPointMax <= 18 { return .double }
        if isEverything.contains(.truth) { return .boolean }
        if isEverything.contains(.url), lengthMax <= 255 { return .url }
        if isEverything.contains(.email), lengthMax <= 80 { return .email }
        if lengthMax > Self.lineMax || hasLineBreak { return .textarea }
        if hasSemicolon, tokens.count <= Self.picklistMax, tokens.count * 3 <= count { return .multipicklist }
        if distinct.count <= Self.picklistMax, distinct.count * 3 <= count, lengthMax <= 80 { return .picklist }
        return .string
    }

    /// The external id of this project's files: unique whatever the letter case.
    private static func isKey(_ name: String) -> Bool { name.lowercased() == "ext__c" }

    /// `Daily_Booking_Rate__c` is Daily Booking Rate.
    static func label(_ name: String) -> String {
        var stem = name[...]
        if stem.lowercased().hasSuffix("__c") { stem = stem.dropLast(3) }
        return stem.split(separator: "_").joined(separator: " ")
    }

    private static func values(_ texts: Set<String>) -> [PicklistValue] {
        texts.sorted().map { PicklistValue(value: $0, label: $0, labelJa: $0, isActive: true, isDefault: false) }
    }

    private static func text(_ value: Value) -> String? {
        switch value {
        case .text(let text): text
        case .integer(let number): String(number)
        case .double(let number): number.description
        case .boolean(let truth): truth ? "true" : "false"
        default: nil
        }
    }

    private static func fits(_ text: String, _ kind: Kind) -> Bool {
        switch kind {
        case .day: return Day(text) != nil
        case .instant: return Instant(text) != nil
        case .time: return TimeOfDay(text) != nil
        case .truth: return text.lowercased() == "true" || text.lowercased() == "false"
        case .url: return text.hasPrefix("https://") || text.hasPrefix("http://")
        case .email:
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !text.contains(" ")
        case .number:
            // 00123 is a postal code or an account number, not a quantity.
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            if digits.count > 1, digits.hasPrefix("0"), !digits.hasPrefix("0.") { return false }
            return digits.first?.isNumber == true && !text.contains { "eExXpPnN".contains($0) } && Double(text) != nil
        }
    }
}
