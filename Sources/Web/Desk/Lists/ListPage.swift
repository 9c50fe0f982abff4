import Engine
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import NIOCore
import Records
import Reports

/// A list as a page, and as a file of exactly what the page shows.
enum ListPage {
    /// What the page shows.
    struct Page: Sendable {
        let title: String
        let path: String
        let q: String
        let find: String
        let findHint: String
        let filters: [Filter]
        let sort: String
        let columns: [Choice]
        let columnsShown: String
        let clear: String?
        let cut: String?
        let pager: Pager
        let heads: [Head]
        let rows: [Row]
        let empty: String
        let emptyHint: String
        let export: Export?
    }

    struct Filter: Sendable {
        let name: String
        let label: String
        let choices: [Choice]
    }

    struct Row: Sendable {
        let id: String
        let edit: String
        let pick: String
        let cells: [ListCell]
    }

    /// The form that writes the list, or the rows that were picked, into a file.
    struct Export: Sendable {
        let action: String
        let token: String
        let fields: [HiddenField]
        let all: String
        /// With `{n}` for the number of rows that are picked.
        let picked: String
    }

    static func show(_ list: ListDefinition, _ visit: Visit) async throws -> Response {
        let words = visit.words
        let address = ListAddress(list.path, names: list.parameters, query: try visit.query())
        let view = try await list.view(address, visit)
        let records = try await view.records(limit: ListAddress.rowsPerPage, offset: address.offset, in: visit.session)
        let total = try await view.count(in: visit.session)
        let shown = list.shown(address)
        let sort = list.sort(address)
        let page = Page(
            title: list.words.title, path: list.path, q: address["q"], find: list.words.find,
            findHint: list.words.findHint,
            filters: list.filters.map { filter($0, chosen: address[$0.name], words) },
            sort: address["sort"],
            columns: list.columns.filter { $0.key != list.shownAtFirst.first }.map { column in
                Choice(column.key, column.heading, isChosen: shown.contains { $0.key == column.key })
            },
            columnsShown: words("list.columns_shown", ["n": String(shown.count), "all": String(list.columns.count)]),
            clear: address.isFiltered ? list.path : nil,
            cut: view.condition.isCut
                ? words("list.cut", ["n": Words.grouped(ListCondition.hitsMax)]) : nil,
            pager: address.pager(shown: records.count, total: total, words: words),
            heads: shown.map { column in
                column.order == nil
                    ? Head(label: column.heading, href: nil, sorted: nil, arrow: nil, isNumber: column.isNumber)
                    : address.head(column.heading, sort: column.key, by: sort, isNumber: column.isNumber)
            },
            rows: records.compactMap { row($0, shown, list, words) },
            empty: list.words.empty, emptyHint: list.words.emptyHint,
            export: total == 0 ? nil : export(list, address, total: total, visit)
        )
        return visit.page("list", title: list.words.title, at: list.place, page)
    }

    private static func filter(_ filter: ListFilter, chosen: String, _ words: Words) -> Filter {
        let choices = [(value: "", label: words("list.any"))] + filter.choices
        return Filter(
            name: filter.name, label: filter.label,
            choices: choices.map { Choice($0.value, $0.label, isChosen: $0.value == chosen) }
        )
    }

    private static func row(
        _ record: Record, _ columns: [ListColumn], _ list: ListDefinition, _ words: Words
    ) -> Row? {
        guard let id = record.id else { return nil }
        let cells = columns.map { $0.cell(record) }
        let name = cells.first { $0.isHead }?.text ?? id.description
        return Row(
            id: id.description, edit: list.edit(id), pick: words("list.pick", ["name": name]), cells: cells
        )
    }

    private static func export(
        _ list: ListDefinition, _ address: ListAddress, total: Int, _ visit: Visit
    ) -> Export {
        Export(
            action: list.path + "/export", token: visit.token.text,
            fields: list.parameters.filter { !address[$0].isEmpty }.map {
                HiddenField(name: $0, value: address[$0])
            },
            all: visit.words.count("list.export", total), picked: visit.words("list.export_picked")
        )
    }

    /// Streams the list, or the rows of it that were picked, as CSV. It is a form and no link: that it was asked for is
    /// put on record, so only a page of ours may ask.
    static func export(_ list: ListDefinition, _ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let address = ListAddress(list.path, names: list.parameters, query: form)
        var view = try await list.view(address, visit)
        let picked = form.all("id").compactMap { RecordID($0) }
        if !form.all("id").isEmpty { view.condition.only(Array(picked.prefix(ListCondition.hitsMax))) }
        let stream = try await view.csv(in: visit.session)
        let name = "\(list.path.dropFirst())-\(visit.dates.today).csv"
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"\(name)\"",
                .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                for try await chunk in stream { try await writer.write(ByteBuffer(bytes: chunk)) }
                try await writer.finish(nil)
            }
        )
    }
}
