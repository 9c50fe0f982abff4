import HTTP
import Hummingbird

/// Every part that pages are made of, on one page: for whoever builds the next one.
enum Look {
    /// What the page shows.
    struct Page: Sendable {
        let states: [StateWord]
        let clocks: [ClockView]
        let notices: [Notice]
        let facts: [Fact]
        let channels: [ChannelView]
        let pager: Pager
        let heads: [Head]
        let rows: [Row]
        let days: [Timeline.Day]
        let graph: Graph
        let icons: [String]
    }

    struct Row: Sendable {
        let name: String
        let email: String
        let emailState: StateWord?
        let count: String
        let changed: TimeView?
    }

    static func show(_ visit: Visit) async throws -> Response {
        visit.page("look", title: visit.words("look.title"), at: nil, page(visit.words, visit.dates))
    }

    static func page(_ words: Words, _ dates: Dates) -> Page {
        let now = dates.view(dates.now)
        let list = ListAddress("/look", names: [], query: nil)
        let states: [StateWord] = [
            .open(words("status.Received")), .soon(words.count("clock.left", 4)),
            .overdue(words.count("clock.overdue", 3)),
            .restricted(words("restricted.title")), .erased(words("request.person_gone")),
            .no(words("channel.no_email")), .may(words("channel.may_email")), .done(words("status.Closed")),
        ]
        return Page(
            states: states,
            clocks: [
                ClockView(tone: "overdue", icon: "overdue", words: words.count("clock.overdue", 3), percent: 100),
                ClockView(tone: "soon", icon: "soon", words: words.count("clock.left", 4), percent: 86),
                ClockView(tone: "open", icon: "clock", words: words.count("clock.left", 21), percent: 30),
            ],
            notices: [
                .done(words("consent.saved")),
                .refused(words("composer.refused_email"), text: [words("composer.refused_hint")]),
                .failed(
                    words("consent.error_title"),
                    items: [Notice.Item(href: "#look-date", text: words("consent.error_date"))]
                ),
            ],
            facts: [
                Fact(words("person.created"), dates.long(dates.today)),
                Fact(words("person.held"), words("look.soft")),
            ].compactMap { $0 },
            channels: [
                ChannelView(
                    icon: "mail", label: words("channel.email"), address: "hanako@example.co.jp",
                    none: words("channel.none"), state: .no(words("channel.no_email")), reasons: [words("look.soft")]
                ),
                ChannelView(
                    icon: "fax", label: words("channel.fax"), address: nil, none: words("channel.none"), state: nil,
                    reasons: []
                ),
            ],
            pager: list.pager(shown: 2, total: 9_988, words: words),
            heads: [
                Head(label: words("contacts.name"), href: "/look", sorted: "ascending", arrow: "up", isNumber: false),
                .plain(words("contacts.email")),
                Head(label: words("layout.cases"), href: nil, sorted: nil, arrow: nil, isNumber: true),
                .plain(words("contacts.changed")),
            ],
            rows: [
                Row(name: "<script>", email: "a@example.org", emailState: nil, count: "1", changed: now),
                Row(name: "{{name}}", email: "b@example.org", emailState: states[5], count: "1,204", changed: now),
            ],
            days: [
                Timeline.Day(
                    day: dates.full(dates.today),
                    entries: [
                        .of(
                            "mail", words("entry.mail_in", ["subject": words("look.heading")]),
                            at: dates.timeView(dates.now)
                        )
                        .said(words("look.prose"), isOurs: false),
                        .of("comment", words("entry.comment"), at: dates.timeView(dates.now))
                            .said(words("look.soft"), isOurs: true),
                    ]
                )
            ],
            graph: Graph.drawn(
                centre: words("requests.person"), below: "P0000013",
                groups: [
                    Graph.Group(
                        object: "a", label: words("layout.cases"), count: 20, tone: "overdue",
                        fate: words("preview.delete")),
                    Graph.Group(
                        object: "b", label: words("entry.comment"), count: 38, tone: "soon",
                        fate: words("preview.redact")),
                    Graph.Group(
                        object: "c", label: words("person.consents"), count: 6, tone: "may", fate: words("preview.keep")
                    ),
                ],
                words: words
            ),
            icons: [
                "mail", "phone", "fax", "comment", "case", "person", "people", "change", "consent", "read", "request",
                "certificate", "shield", "download", "delete", "anonymise", "redact", "keep", "search", "system",
                "open",
                "may", "no", "ask", "soon", "overdue", "restricted", "erased", "done", "clock", "paused", "info",
            ]
        )
    }
}
