import Engine
import Formats
import Loading
import Records
import SOQL
import Synchronization

/// A query whose rows are written to the disk, to be fetched in pieces.
struct QueryRun {
    private let work: BulkWork
    private let form: BulkForm
    private let soql: String
    private let deleted: Deleted

    private static let textBytesMax = 1 << 20

    init(_ work: BulkWork) throws {
        self.work = work
        form = try BulkForm(work.batch.form.isEmpty ? work.job.form : work.batch.form)
        let source = try work.sent()
        soql = String(decoding: try source.read(from: 0, upTo: Self.textBytesMax), as: UTF8.self)
        deleted = work.job.operation == .queryAll ? .with : .without
    }

    /// - Returns: What was found; nil when the batch is taken apart, and others stand for it.
    func run() async throws -> BulkResult.End? {
        if form.chunkSize > 0 {
            try await takeApart()
            return nil
        }
        let result = try work.result()
        let end =
            form.content == .json
            ? try await writeJSON(to: result) : try await writeFlat(to: result, isXML: form.content == .xml)
        try result.flush()
        return end
    }

    private func writeFlat(to result: BulkResult, isXML: Bool) async throws -> BulkResult.End {
        let begins = RowBegins()
        let rows =
            isXML
            ? try await work.session.encode(
                soql, deleted: deleted, with: XMLRows(object: try Self.object(of: soql), begins: begins))
            : try await work.session.encode(soql, deleted: deleted, with: CSVRows(csv: form.csv, begins: begins))
        var end = BulkResult.End(rows: 0, bytes: 0)
        for try await bytes in rows {
            end = try result.write(bytes, begins: begins.take(behind: end.bytes), behind: end)
        }
        return end
    }

    /// Records with their parents, as REST writes them.
    private func writeJSON(to result: BulkResult) async throws -> BulkResult.End {
        let records = JSONRecords(base: "/services/data/v\(form.version).0", layouts: JSONLayouts())
        var end = BulkResult.End(rows: 0, bytes: 0)
        var page = try await work.session.page(soql, size: 2_000, deleted: deleted, with: records)
        var isFirst = true
        while true {
            try Task.checkCancellation()
            var bytes = isFirst ? [UInt8(ascii: "[")] : []
            var begins: [Int64] = []
            for record in page.records {
                if !isFirst || !begins.isEmpty { bytes.append(UInt8(ascii: ",")) }
                begins.append(Int64(end.bytes + bytes.count))
                bytes += record
            }
            isFirst = false
            if page.locator == nil { bytes.append(UInt8(ascii: "]")) }
            end = try result.write(bytes, begins: begins, behind: end)
            guard let locator = page.locator else { return end }
            page = try await work.session.page(at: locator, size: 2_000, with: records)
        }
    }

    /// Makes a batch for each so many ids.
    private func takeApart() async throws {
        var query = try Self.parse(soql)
        guard query.groupBy == nil, query.orderBy.isEmpty, query.limit == nil else {
            throw BatchFault("InvalidBatch : A query that is taken apart has no GROUP BY, ORDER BY or LIMIT")
        }
        let object = query.from.source.text
        let starts = ChunkStarts(size: form.chunkSize)
        let ids = try await work.session.encode(
            "SELECT Id FROM \(object) ORDER BY Id", deleted: deleted, with: starts)
        for try await _ in ids {}
        let bounds = starts.ids
        let condition = query.where
        var part = form
        part.chunkSize = 0
        for place in bounds.indices {
            var range = "Id >= '\(bounds[place])'"
            if place + 1 < bounds.endIndex { range += " AND Id < '\(bounds[place + 1])'" }
            if let startRow = form.startRow { range += " AND Id >= '\(startRow)'" }
            let bound = try Self.parse("SELECT Id FROM \(object) WHERE \(range)").where
            query.where = .all([condition, bound].compactMap { $0 })
            if condition == nil { query.where = bound }
            try await work.add(sent: Array(query.text.utf8), form: part.text)
        }
    }

    static func parse(_ soql: String) throws -> SOQL.Query {
        do {
            return try SOQL.Query(parsing: soql, dialect: .api)
        } catch {
            throw error.platformError(in: soql)
        }
    }

    /// The object whose rows a query reads, as it spells it.
    static func object(of soql: String) throws -> String { try parse(soql).from.source.text }

    /// Refuses what no bulk interface takes.
    static func check(_ soql: String) throws {
        let query = try parse(soql)
        let isNested = query.select.contains { item in
            switch item {
            case .children, .typeOf: true
            case .expression(.aggregate, _): true
            default: false
            }
        }
        guard !isNested, query.groupBy == nil, query.offset == nil else {
            throw PlatformError(
                .invalidEntity,
                "A bulk query has no aggregates, GROUP BY, OFFSET, TYPEOF or query of children.")
        }
    }
}

/// Where the rows of a result begin, told by the encoder to whoever writes its bytes.
final class RowBegins: Sendable {
    private let places = Mutex<[Int64]>([])

    func add(_ place: Int) { places.withLock { $0.append(Int64(place)) } }

    /// Those since the last call, each behind so many bytes.
    func take(behind bytes: Int) -> [Int64] {
        places.withLock { places in
            defer { places.removeAll(keepingCapacity: true) }
            return places.map { $0 + Int64(bytes) }
        }
    }
}

/// A header and a line for each row.
private struct CSVRows: RowEncoder {
    var csv: CSVWriter
    let begins: RowBegins

    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
        csv.append(to: &out) { csv in
            for column in columns { csv.text(column.name) }
            csv.endRow()
        }
    }

    mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
        begins.add(out.count)
        csv.append(to: &out) { $0.row(cells) }
    }

    mutating func end(into out: inout [UInt8]) {}
}

/// `<queryResult><records xsi:type="sObject">…`: parents are elements with their fields inside.
private struct XMLRows: RowEncoder {
    let object: String
    let begins: RowBegins
    private var columns: [ResultColumn] = []

    init(object: String, begins: RowBegins) {
        self.object = object
        self.begins = begins
    }

    mutating func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {
        self.columns = columns
        out += #"<?xml version="1.0" encoding="UTF-8"?><queryResult xmlns="\#(AsyncXML.namespace)" "#.utf8
        out += #"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">"#.utf8
    }

    mutating func row(_ cells: CellRow, into out: inout [UInt8]) {
        begins.add(out.count)
        out += #"<records xsi:type="sObject"><type>\#(object)</type>"#.utf8
        var open: [Substring] = []
        for (place, column) in columns.enumerated() {
            let path = column.name.split(separator: ".")
            while !open.isEmpty, !path.dropLast().starts(with: open) { out += "</\(open.removeLast())>".utf8 }
            for name in path.dropLast().dropFirst(open.count) {
                out += #"<\#(name) xsi:type="sObject">"#.utf8
                open.append(name)
            }
            let name = path.last ?? ""
            if cells[place].isNull {
                out += #"<\#(name) xsi:nil="true"/>"#.utf8
            } else {
                out += "<\(name)>\(AsyncXML.text(of: cells, place, column.type))</\(name)>".utf8
            }
        }
        for name in open.reversed() { out += "</\(name)>".utf8 }
        out += "</records>".utf8
    }

    mutating func end(into out: inout [UInt8]) { out += "</queryResult>".utf8 }
}

/// Keeps every so many ids: where the parts of a query begin.
private final class ChunkStarts: RowEncoder {
    private struct State {
        var count = 0
        var ids: [RecordID] = []
    }

    private let size: Int
    private let state = Mutex(State())

    init(size: Int) { self.size = size }

    var ids: [RecordID] { state.withLock { $0.ids } }

    func begin(_ columns: [ResultColumn], into out: inout [UInt8]) {}

    func row(_ cells: CellRow, into out: inout [UInt8]) {
        state.withLock { state in
            if state.count % size == 0 { state.ids.append(RecordID(rawValue: cells[0].number)) }
            state.count += 1
        }
        // A piece without bytes would not be handed on.
        if out.isEmpty { out.append(0) }
    }

    func end(into out: inout [UInt8]) {}
}
