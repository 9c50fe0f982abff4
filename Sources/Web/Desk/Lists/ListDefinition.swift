import Engine
import Records
import Reports

/// What a list of the desk can show: its columns, its filters, its words.
struct ListDefinition: Sendable {
    let object: String
    let place: Visit.Place
    let words: Wording
    /// All that one can choose from, in their order.
    let columns: [ListColumn]
    /// The keys of those that are shown unless others are chosen.
    let shownAtFirst: [String]
    /// The key of the column that the list is sorted by unless told otherwise, with `-` from the end.
    let sortAtFirst: String
    let filters: [ListFilter]
    /// Where a row is edited.
    let edit: @Sendable (RecordID) -> String

    /// What is said around the rows.
    struct Wording: Sendable {
        let title: String
        let find: String
        let findHint: String
        let empty: String
        let emptyHint: String
    }

    var path: String { place.rawValue }

    /// The column that names a row; it is always shown.
    private var head: ListColumn? { columns.first { $0.key == shownAtFirst.first } }

    /// The columns that an address asks for, in the order of the list.
    func shown(_ address: ListAddress) -> [ListColumn] {
        let asked = address["columns"].split(separator: ".").map(String.init)
        let wanted = Set((asked.isEmpty ? shownAtFirst : asked) + [head?.key ?? ""])
        return columns.filter { wanted.contains($0.key) }
    }

    /// The sorting that an address asks for: the key of a column and which way.
    func sort(_ address: ListAddress) -> String {
        let asked = address["sort"]
        let key = asked.hasPrefix("-") ? String(asked.dropFirst()) : asked
        return columns.contains { $0.key == key && $0.order != nil } ? asked : sortAtFirst
    }

    /// The parameters that an address may have.
    var parameters: [String] { ["q"] + filters.map(\.name) + ["sort", "columns"] }

    /// The list that an address stands for.
    func view(_ address: ListAddress, _ visit: Visit) async throws -> ListView {
        var condition = ListCondition()
        try await condition.find(address["q"], in: object, visit.session)
        for filter in filters where !address[filter.name].isEmpty { filter.narrow(address[filter.name], &condition) }
        let shown = shown(address)
        let sort = sort(address)
        let isDescending = sort.hasPrefix("-")
        let key = isDescending ? String(sort.dropFirst()) : sort
        let order = columns.first { $0.key == key }?.order?.soql(isDescending: isDescending)
        return ListView(
            of: object, fields: shown.flatMap(\.fields), needs: shown.flatMap(\.needs), condition: condition,
            // The id comes last, so that pages do not overlap where rows are equal.
            order: [order, "Id"].compactMap { $0 }.joined(separator: ", ")
        )
    }
}

/// A choice that narrows a list.
struct ListFilter: Sendable {
    let name: String
    let label: String
    /// Besides “any”.
    let choices: [(value: String, label: String)]
    /// Adds what a value of the address stands for; nothing for a value that is none.
    let narrow: @Sendable (String, inout ListCondition) -> Void
}
