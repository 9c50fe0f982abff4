import HTTP
import Hummingbird

/// What a list shows, as its address says it: words, filters, order, page. A view can thus be shared as a link.
struct ListAddress: Sendable {
    let path: String
    /// Names and values that are not empty, in the order in which the list names them.
    private let values: [(name: String, value: String)]
    /// The row with which the page begins, from 0.
    let offset: Int

    /// Rows of a page: what fits on two screens.
    static let rowsPerPage = 50
    /// Where lists end: the platform's limit of OFFSET.
    static let rowsMax = 2000

    /// Characters of a value; more is cut off.
    static let valueMax = 1_000

    /// - Parameter names: the parameters that the list knows; others are dropped.
    init(_ path: String, names: [String], query: FormFields?) {
        self.path = path
        values = names.compactMap { name in
            // A form sends what was ticked one by one; an address holds it in one piece.
            let value = (query?.all(name) ?? []).joined(separator: ".").filter { $0 != "\0" }
            return value.isEmpty ? nil : (name, String(value.prefix(Self.valueMax)))
        }
        let page = max(1, min(Self.rowsMax / Self.rowsPerPage, query?["page"].flatMap { Int($0) } ?? 1))
        offset = (page - 1) * Self.rowsPerPage
    }

    /// The value of a parameter; empty where it is not given.
    subscript(_ name: String) -> String { values.first { $0.name == name }?.value ?? "" }

    /// Whether something narrows the list; order and columns do not.
    var isFiltered: Bool { values.contains { $0.name != "sort" && $0.name != "columns" } }

    /// The address with one parameter changed, from the first page on.
    func with(_ name: String, _ value: String) -> String {
        var changed = values.filter { $0.name != name }
        if !value.isEmpty { changed.append((name, value)) }
        return Self.address(path, changed)
    }

    /// The head of a column that the list can be sorted by: a second click turns the order.
    func head(_ label: String, sort key: String, by current: String, isNumber: Bool = false) -> Head {
        let isAscending = current == key
        let isDescending = current == "-" + key
        return Head(
            label: label,
            href: with("sort", isAscending ? "-" + key : key),
            sorted: isAscending ? "ascending" : isDescending ? "descending" : nil,
            arrow: isAscending ? "up" : isDescending ? "down" : nil,
            isNumber: isNumber
        )
    }

    /// The pager of this page.
    func pager(shown: Int, total: Int, words: Words) -> Pager {
        let page = offset / Self.rowsPerPage + 1
        let hasMore = offset + shown < total && offset + Self.rowsPerPage < Self.rowsMax
        return Pager(
            range: total == 0
                ? words("pager.none")
                : words(
                    "pager.range",
                    [
                        "first": Words.grouped(min(offset + 1, total)), "last": Words.grouped(offset + shown),
                        "total": Words.grouped(total),
                    ]
                ),
            limit: total > Self.rowsMax ? words("pager.limit", ["limit": Words.grouped(Self.rowsMax)]) : nil,
            previous: page > 1 ? with("page", page > 2 ? String(page - 1) : "") : nil,
            next: hasMore ? with("page", String(page + 1)) : nil
        )
    }

    private static func address(_ path: String, _ values: [(name: String, value: String)]) -> String {
        guard !values.isEmpty else { return path }
        return path + "?" + values.map { "\($0.name)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }
}
