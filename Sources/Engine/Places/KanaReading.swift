/// How a person's name is read, where their own record notes it: `VIP。サトウ タロウ`, `フリガナ：サトウ　タロウ`.
///
/// The objects of the platform have no field for the reading, so it is kept in free text; found there once, it is
/// looked for elsewhere like the name.
enum KanaReading {
    /// Two words of katakana with one blank between, standing by themselves.
    static func find(in text: String) -> [(name: PersonName, start: Int, end: Int)] {
        let scalars = Array(text.unicodeScalars)
        let classes = scalars.map { CharacterClass($0.value) }
        var found: [(PersonName, Int, Int)] = []
        var place = 0
        while place < scalars.count {
            guard classes[place] == .katakana else {
                place += 1
                continue
            }
            let first = run(classes, place)
            let second = first.upperBound + 1
            let end = second < scalars.count && classes[second] == .katakana ? run(classes, second).upperBound : second
            if classes[first.upperBound...].first == .space, scalars[first.upperBound] != "\n", end > second,
                (2...6).contains(first.count), (2...6).contains(end - second), standsAlone(classes, place..<end)
            {
                let name = PersonName(last: word(scalars[first]), first: word(scalars[second..<end]))
                found.append((name, place, end))
                place = end
            } else {
                place = first.upperBound
            }
        }
        return found.map { (name: $0.0, start: $0.1, end: $0.2) }
    }

    private static func run(_ classes: [CharacterClass], _ start: Int) -> Range<Int> {
        var end = start
        while end < classes.count, classes[end] == .katakana { end += 1 }
        return start..<end
    }

    private static func standsAlone(_ classes: [CharacterClass], _ range: Range<Int>) -> Bool {
        func isBorder(_ place: Int) -> Bool { !classes.indices.contains(place) || !classes[place].isEastAsian }
        return isBorder(range.lowerBound - 1) && isBorder(range.upperBound)
    }

    private static func word(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(scalars))
    }
}
