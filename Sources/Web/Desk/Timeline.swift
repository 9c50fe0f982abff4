import Records

/// What happened, newest first, under its days.
enum Timeline {
    struct Day: Sendable {
        let day: String
        let entries: [Entry]
    }

    /// One thing that happened.
    struct Entry: Sendable {
        let time: TimeView?
        let icon: String
        let kind: String
        var href: String?
        var state: StateWord?
        var by: String?
        var said: String?
        var isOurs = false
        private(set) var changes: [Change] = []
        private(set) var hasChanges = false
        private(set) var folded: [String] = []
        private(set) var foldedSummary = ""
        private(set) var hasFolded = false
        private(set) var isFolded = false

        /// An entry with its icon and its words.
        static func of(_ icon: String, _ kind: String, at time: TimeView?) -> Entry {
            Entry(time: time, icon: icon, kind: kind)
        }

        func said(_ text: String?, isOurs: Bool) -> Entry {
            var entry = self
            entry.said = text
            entry.isOurs = isOurs
            return entry
        }

        func changed(_ changes: [Change]) -> Entry {
            var entry = self
            entry.changes = changes
            entry.hasChanges = !changes.isEmpty
            return entry
        }

        /// With lines that are shown when asked for.
        func folded(_ lines: [String], summary: String) -> Entry {
            var entry = self
            entry.folded = lines
            entry.foldedSummary = summary
            entry.hasFolded = !lines.isEmpty
            entry.isFolded = true
            return entry
        }

        func with(_ state: StateWord) -> Entry {
            var entry = self
            entry.state = state
            return entry
        }

        func by(_ name: String?) -> Entry {
            var entry = self
            entry.by = name
            return entry
        }

        func at(_ href: String?) -> Entry {
            var entry = self
            entry.href = href
            return entry
        }
    }

    /// A field that changed.
    struct Change: Sendable {
        let field: String
        let before: String
        let after: String
    }

    /// An entry with its moment, before it is put under its day.
    struct Moment: Sendable {
        let at: Instant
        let entry: Entry
    }

    /// The entries under their days, the newest first.
    static func days(_ moments: [Moment], dates: Dates) -> [Day] {
        var days: [(day: Records.Day, entries: [Entry])] = []
        for moment in moments.sorted(by: { $0.at > $1.at }) {
            let day = dates.day(of: moment.at)
            if days.last?.day == day {
                days[days.count - 1].entries.append(moment.entry)
            } else {
                days.append((day, [moment.entry]))
            }
        }
        return days.map { Day(day: dates.full($0.day), entries: $0.entries) }
    }
}
