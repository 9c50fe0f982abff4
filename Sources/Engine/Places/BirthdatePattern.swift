import Records

/// A day of birth in the ways it is written: ISO, with slashes, Japanese (also by era), and English with the month's
/// name.
struct BirthdatePattern: Sendable {
    private let forms: [[UInt32]]

    init(_ day: Day) {
        let (year, month, dayOfMonth) = day.civil
        let (y, m, d) = (String(year), String(month), String(dayOfMonth))
        let (mm, dd) = (month < 10 ? "0" + m : m, dayOfMonth < 10 ? "0" + d : d)
        let name = Self.months[month - 1]
        var texts = [
            "\(y)-\(mm)-\(dd)", "\(y)/\(mm)/\(dd)", "\(y)/\(m)/\(d)", "\(y).\(mm).\(dd)", "\(y).\(m).\(d)",
            "\(y)年\(m)月\(d)日", "\(y)年\(mm)月\(dd)日", "\(y)\(mm)\(dd)",
            "\(dd)/\(mm)/\(y)", "\(d)/\(m)/\(y)", "\(mm)/\(dd)/\(y)", "\(m)/\(d)/\(y)",
            "\(dd).\(mm).\(y)", "\(d).\(m).\(y)", "\(dd)-\(mm)-\(y)",
            "\(d) \(name) \(y)", "\(name) \(d), \(y)", "\(d) \(name.prefix(3)) \(y)", "\(name.prefix(3)) \(d), \(y)",
        ]
        if let (era, start) = Self.era(of: day) {
            let number = year - start + 1
            texts.append("\(era)\(number == 1 ? "元" : String(number))年\(m)月\(d)日")
        }
        forms = Set(texts).map { FoldedText($0).folded }.sorted { $0.count > $1.count }
    }

    func ranges(in text: FoldedText) -> [Range<Int>] {
        forms.flatMap { form in
            text.all(form).map { $0..<$0 + form.count }.filter { range in
                let before = range.lowerBound > 0 ? text.classes[range.lowerBound - 1] : .other
                let after = range.upperBound < text.count ? text.classes[range.upperBound] : .other
                return before != .digit && after != .digit && before != .letter
            }
        }
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static func era(of day: Day) -> (name: String, firstYear: Int)? {
        let eras = [
            (Day(year: 2019, month: 5, day: 1), "令和", 2019), (Day(year: 1989, month: 1, day: 8), "平成", 1989),
            (Day(year: 1926, month: 12, day: 25), "昭和", 1926), (Day(year: 1912, month: 7, day: 30), "大正", 1912),
        ]
        return eras.first { day >= $0.0 }.map { ($0.1, $0.2) }
    }
}
