import Engine
import Formats
import HTTP
import Records

/// A batch of rows on its way through the door.
struct IngestRun {
    private let work: BulkWork
    private let recorder: OutcomeRecorder
    private let session: Session
    private let object: ObjectSchema

    /// So many rows are one transaction where each may depend on what is there.
    private static let rowsInWrite = 200
    /// From so many bytes on, new rows take the bulk road, whose search index is made afterwards.
    private static let bytesOfBulkRoad = 1 << 20

    init(_ work: BulkWork) async throws {
        self.work = work
        recorder = try work.recorder()
        session = recorder.session(of: work.session)
        guard let object = try await work.session.schema().object(work.job.object), !object.isInternal else {
            throw BatchFault("InvalidEntity : Unable to find object: \(work.job.object)")
        }
        self.object = object
    }

    /// Goes on where the batch stands.
    func run() async throws {
        let form = try BulkForm(work.job.form)
        let source = try work.sent()
        var rows: any RowsSent =
            switch form.content {
            case .csv:
                try CSVRowsSent(
                    source, delimiter: form.delimiter, lineEnding: work.job.kind == .ingest ? form.lineEnding : nil)
            case .json: try WholeRowsSent(json: try source.read(from: 0, upTo: source.count), object: object)
            case .xml: try WholeRowsSent(xml: try source.read(from: 0, upTo: source.count), object: object)
            }
        try checkColumns(rows.columns)
        if work.job.kind == .batches { try checkCount(rows) }
        try skip(work.batch.rows, &rows)
        if work.job.operation == .insert, source.count >= Self.bytesOfBulkRoad {
            let road = BulkRoad(rows: rows, recorder: recorder)
            _ = try await session.load(object.name, fields: rows.columns, leavesEmpty: true, rows: road) { _ in }
        } else {
            while let some = try rows.next(atMost: Self.rowsInWrite) {
                try Task.checkCancellation()
                for (row, error) in some.faulty { recorder.refuse(row, [error]) }
                try await write(some, rows.columns)
            }
        }
        try await recorder.finish()
    }

    private func skip(_ count: Int, _ rows: inout any RowsSent) throws {
        var left = count
        while left > 0, let some = try rows.next(atMost: min(left, 10_000)) { left -= some.count }
    }

    private func write(_ some: RowsOfBatch, _ columns: [String]) async throws {
        if some.cells.rowCount == 0 { return }
        if work.job.operation == .delete || work.job.operation == .hardDelete { return try await delete(some) }
        var batch = Batch(
            object.name, fields: columns, rows: (0..<some.cells.rowCount).map { some.cells.values(of: $0) })
        batch.leavesEmpty = true
        switch work.job.operation {
        case .insert: _ = try await session.create(batch, onFailure: .keepGoing)
        case .update: _ = try await session.update(batch, onFailure: .keepGoing)
        default: _ = try await session.upsert(batch, by: work.job.externalID ?? "Id", onFailure: .keepGoing)
        }
    }

    private func delete(_ some: RowsOfBatch) async throws {
        var ids: [RecordID] = []
        let faulty = Set(some.faulty.map(\.row))
        var row = some.first
        for place in 0..<some.cells.rowCount {
            while faulty.contains(row) { row += 1 }
            let text = some.cells.value(place, 0).text ?? ""
            if let id = RecordID(text), id.prefix == object.keyPrefix {
                ids.append(id)
            } else {
                recorder.refuse(
                    row,
                    [
                        text.isEmpty
                            ? PlatformError(.missingArgument, "Id not specified in a delete call", fields: ["Id"])
                            : PlatformError(.malformedID, "malformed id \(text.prefix(40))", fields: ["Id"])
                    ])
            }
            row += 1
        }
        if ids.isEmpty { return }
        if work.job.operation == .delete {
            _ = try await session.delete(ids, onFailure: .keepGoing)
        } else {
            _ = try await session.purge(ids, onFailure: .keepGoing)
        }
    }

    /// - Throws: When there are more than a batch takes, before any is written.
    private func checkCount(_ rows: any RowsSent) throws {
        var rows = rows
        var count = 0
        while let some = try rows.next(atMost: 10_000) {
            count += some.count
            guard count <= Limits.asyncBatchRowsMax else {
                throw BatchFault("InvalidBatch : Records exceeded \(Limits.asyncBatchRowsMax)")
            }
        }
    }

    private func checkColumns(_ columns: [String]) throws {
        let names = Set(columns.map { $0.lowercased() })
        switch work.job.operation {
        case .delete, .hardDelete:
            guard names == ["id"] else {
                throw BatchFault("InvalidBatch : The rows of a deletion have the column Id and no other")
            }
        case .update where !names.contains("id"):
            throw BatchFault("InvalidBatch : Field name not found : Id. An update needs it")
        case .upsert where !names.contains((work.job.externalID ?? "Id").lowercased()):
            throw BatchFault(
                "InvalidBatch : Field name not found : \(work.job.externalID ?? "Id"). The upsert needs it")
        default: break
        }
        for column in columns where column.isEmpty { throw BatchFault("InvalidBatch : A column has no name") }
    }
}

/// The rows of a large batch of new records, in pieces for the bulk road.
private struct BulkRoad: AsyncSequence, Sendable {
    private let state: State

    init(rows: any RowsSent, recorder: OutcomeRecorder) { state = State(rows, recorder) }

    func makeAsyncIterator() -> Iterator { Iterator(state: state) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let state: State

        mutating func next() async throws -> CellBlock? { try await state.next() }
    }

    fileprivate actor State {
        private var rows: any RowsSent
        private let recorder: OutcomeRecorder

        init(_ rows: any RowsSent, _ recorder: OutcomeRecorder) {
            self.rows = rows
            self.recorder = recorder
        }

        func next() throws -> CellBlock? {
            try Task.checkCancellation()
            while let some = try rows.next(atMost: 11_000) {
                for (row, error) in some.faulty { recorder.refuse(row, [error]) }
                if some.cells.rowCount > 0 { return some.cells }
            }
            return nil
        }
    }
}
