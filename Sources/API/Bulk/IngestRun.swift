import Engine
import Formats
import HTTP
import Loading
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
                    source, form: form, object: object,
                    // A file that somebody has handed in may end its lines as it likes.
                    checksLineEnding: work.job.kind == .ingest && form.file == nil)
            case .json: try WholeRowsSent(json: try source.read(from: 0, upTo: source.count), object: object)
            case .xml: try WholeRowsSent(xml: try source.read(from: 0, upTo: source.count), object: object)
            }
        try BulkWrite.check(rows.columns, of: work.job)
        if work.job.kind == .batches { try checkCount(rows) }
        try skip(work.batch.rows, &rows)
        if work.job.operation == .insert, source.count >= Self.bytesOfBulkRoad {
            let road = BulkRoad(rows: rows, recorder: recorder)
            _ = try await session.load(object.name, fields: rows.columns, leavesEmpty: true, rows: road) { _ in }
        } else {
            let write = BulkWrite(job: work.job, object: object, session: session)
            while let some = try rows.next(atMost: Self.rowsInWrite) {
                try Task.checkCancellation()
                for (row, error) in some.faulty { recorder.refuse(row, [error]) }
                _ = try await write.write(some.cells, rows.columns) { recorder.refuse(some.row($0), $1) }
            }
        }
        try await recorder.finish()
    }

    private func skip(_ count: Int, _ rows: inout any RowsSent) throws {
        var left = count
        while left > 0, let some = try rows.next(atMost: min(left, 10_000)) { left -= some.count }
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
