/// A state: a word with a shape and a tone. The colour never stands alone.
struct StateWord: Sendable {
    let tone: String
    let icon: String
    let word: String

    static func open(_ word: String) -> StateWord { StateWord(tone: "open", icon: "open", word: word) }
    static func may(_ word: String) -> StateWord { StateWord(tone: "may", icon: "may", word: word) }
    static func no(_ word: String) -> StateWord { StateWord(tone: "opted-out", icon: "no", word: word) }
    static func soon(_ word: String) -> StateWord { StateWord(tone: "soon", icon: "soon", word: word) }
    static func warning(_ word: String) -> StateWord { StateWord(tone: "soon", icon: "overdue", word: word) }
    static func overdue(_ word: String) -> StateWord { StateWord(tone: "overdue", icon: "overdue", word: word) }
    static func restricted(_ word: String) -> StateWord {
        StateWord(tone: "restricted", icon: "restricted", word: word)
    }
    static func erased(_ word: String) -> StateWord { StateWord(tone: "erased", icon: "erased", word: word) }
    static func done(_ word: String) -> StateWord { StateWord(tone: "quiet", icon: "done", word: word) }
    static func ask(_ word: String) -> StateWord { StateWord(tone: "quiet", icon: "ask", word: word) }
}

/// A box that tells something: what happened, what was kept, what to do.
struct Notice: Sendable {
    let tone: String
    let icon: String
    /// `status` where it may wait, `alert` where it may not.
    let role: String
    let title: String
    let text: [String]
    let items: [Item]

    /// A line of a notice; with a link where it leads to a field or a page.
    struct Item: Sendable {
        let href: String?
        let text: String
    }

    static func done(_ title: String) -> Notice {
        Notice(tone: "may", icon: "may", role: "status", title: title, text: [], items: [])
    }

    static func refused(_ title: String, text: [String], items: [Item] = []) -> Notice {
        Notice(tone: "opted-out", icon: "no", role: "status", title: title, text: text, items: items)
    }

    static func failed(_ title: String, text: [String] = [], items: [Item] = []) -> Notice {
        Notice(tone: "overdue", icon: "overdue", role: "alert", title: title, text: text, items: items)
    }
}

/// Time left, as a bar that fills and in words.
struct ClockView: Sendable {
    let tone: String
    let icon: String
    let words: String
    /// 0 to 100.
    let percent: Int
}

/// A term and what it says.
struct Fact: Sendable {
    let term: String
    let value: String

    /// Nil where there is nothing to say.
    init?(_ term: String, _ value: String?) {
        guard let value, !value.isEmpty else { return nil }
        self.term = term
        self.value = value
    }
}

/// A choice of a list, a radio button or a select.
struct Choice: Sendable {
    let value: String
    let label: String
    let isChosen: Bool
    let hint: String

    init(_ value: String, _ label: String, isChosen: Bool, hint: String = "") {
        self.value = value
        self.label = label
        self.isChosen = isChosen
        self.hint = hint
    }
}

/// The head of a column: a link where the list can be sorted by it.
struct Head: Sendable {
    let label: String
    let href: String?
    /// `ascending` or `descending` where the list is sorted by it.
    let sorted: String?
    let arrow: String?
    let isNumber: Bool
}

extension Head {
    /// A column that the list is not sorted by.
    static func plain(_ label: String) -> Head {
        Head(label: label, href: nil, sorted: nil, arrow: nil, isNumber: false)
    }
}

/// Where in a list one is, and the way on.
struct Pager: Sendable {
    let range: String
    let limit: String?
    let previous: String?
    let next: String?
}
