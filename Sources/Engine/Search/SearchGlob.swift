import SOQL

/// Words with wildcards, or the words of a phrase, as they are looked for in a text: `Sm?th*`, `"blue lamp"`.
///
/// Compared like everything that is searched, without case, width or kana. Time grows with the text times the pattern,
/// whatever the wildcards.
struct SearchGlob: Sendable {
    private enum Element: Equatable {
        case point(UInt32)
        /// `?`: one character, no space.
        case anyOne
        /// `*`: any number of characters, no space.
        case anyRun
        /// What stands between two words of a phrase: at least one character that is none of a word.
        case gap
        /// The same where a script sets no spaces: nothing may stand there, too.
        case anyGap
    }

    private let elements: [Element]

    /// - Parameter words: Side by side.
    init(_ words: [SearchWord]) {
        var elements: [Element] = []
        var last: CharacterClass?
        for word in words {
            var isFirst = true
            for part in word.parts {
                switch part {
                case .anyRun: elements.append(.anyRun)
                case .anyOne: elements.append(.anyOne)
                case .text(let text):
                    let folded = FoldedText(text)
                    if isFirst, !elements.isEmpty {
                        let isJoined = last?.isEastAsian == true || folded.classes.first?.isEastAsian == true
                        elements.append(isJoined ? .anyGap : .gap)
                    }
                    elements += folded.folded.map { .point($0) }
                    last = folded.classes.last
                }
                isFirst = false
            }
        }
        self.elements = elements
    }

    /// Whether it stands in a text, from the beginning of a word to the end of one.
    func matches(_ text: FoldedText) -> Bool {
        // Which elements may come next: all at once, so that no choice has to be taken back.
        var states = [Bool](repeating: false, count: elements.count + 1)
        for place in 0...text.count {
            if isStart(place, text) { states[0] = true }
            skipEmpty(&states)
            if states[elements.count], isEnd(place, text) { return true }
            guard place < text.count else { break }
            states = step(states, text.folded[place], text.classes[place])
        }
        return false
    }

    private func step(_ states: [Bool], _ point: UInt32, _ kind: CharacterClass) -> [Bool] {
        var next = [Bool](repeating: false, count: states.count)
        for (place, element) in elements.enumerated() where states[place] {
            switch element {
            case .point(let own): if own == point { next[place + 1] = true }
            case .anyOne: if kind != .space { next[place + 1] = true }
            case .anyRun: if kind != .space { next[place] = true }
            case .anyGap: if !kind.isOfWord { next[place] = true }
            case .gap: if !kind.isOfWord { (next[place], next[place + 1]) = (true, true) }
            }
        }
        return next
    }

    /// Goes past elements that may stand for nothing.
    private func skipEmpty(_ states: inout [Bool]) {
        for (place, element) in elements.enumerated() where states[place] {
            if element == .anyRun || element == .anyGap { states[place + 1] = true }
        }
    }

    private func isStart(_ place: Int, _ text: FoldedText) -> Bool {
        guard place > 0, place < text.count else { return place == 0 }
        return text.classes[place].isEastAsian || !(text.classes[place].isOfWord && text.classes[place - 1].isLatinWord)
    }

    private func isEnd(_ place: Int, _ text: FoldedText) -> Bool {
        guard place > 0, place < text.count else { return place > 0 }
        return text.classes[place - 1].isEastAsian
            || !(text.classes[place].isOfWord && text.classes[place - 1].isLatinWord)
    }
}

extension CharacterClass {
    fileprivate var isLatinWord: Bool { self == .letter || self == .digit }
    fileprivate var isOfWord: Bool { isLatinWord || isEastAsian }
}
