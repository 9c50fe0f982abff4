import Engine
import Records
import Synchronization

/// One input on its way through the door: rows are read in chunks, written in chunks, and what was refused is listed.
///
/// The door asks for chunks from its own task and reports from another; everything that changes is under one lock.
final class LoadRun: Sendable {
    private let state: Mutex<State>
    private let conversion: RowConversion
    private let references: [String: RecordID]
    private let progress: ProgressBar

    private struct State {
        let source: any RowSource
        let results: ResultsFile
        /// Rows at the door whose outcome is not known yet, in order.
        var waiting: [Waiting] = []
        var handed = 0
        var tally = LoadTally()
        /// Rows that never reached the door, until those before them are known: the results file keeps their order.
        var held: [(row: SourceRow, fault: RowFault)] = []
        /// Beyond this many the order is given up, for memory.
        static let heldMax = 20_000

        mutating func hold(_ row: SourceRow, _ fault: RowFault) {
            held.append((row, fault))
        }

        mutating func refuse(_ row: SourceRow, _ fault: RowFault) throws {
            try release(before: row.number)
            tally.refused += 1
            tally.reasons[fault.code, default: 0] += 1
            try results.add(row, fault)
        }

        mutating func release(before number: Int) throws {
            let ready = held.prefix { $0.row.number < number }
            held.removeFirst(ready.count)
            for (row, fault) in ready {
                tally.refused += 1
                tally.reasons[fault.code, default: 0] += 1
                try results.add(row, fault)
            }
        }
    }

    /// Rows at the door.
    private struct Waiting {
        /// How many rows were handed over before.
        let first: Int
        let count: Int
        let block: SourceBlock
        /// Where each row stands in the block; nil: one for one.
        let places: [Int]?

        /// The row that the door counts as `number`.
        func row(_ number: Int) -> SourceRow { block.row(place(number)) }
        func reference(_ number: Int) -> String? { block.references[place(number)] }
        private func place(_ number: Int) -> Int { places.map { $0[number - first] } ?? number - first }
    }

    init(
        source: sending any RowSource, results: sending ResultsFile, conversion: RowConversion,
        references: [String: RecordID], progress: ProgressBar
    ) {
        state = Mutex(State(source: source, results: results))
        self.conversion = conversion
        self.references = references
        self.progress = progress
    }

    /// Creates the rows by the bulk road.
    func create(_ object: String, in session: Session) async throws -> LoadTally {
        _ = try await session.load(object, fields: conversion.fields, rows: self) { [self] outcomes in
            try note(outcomes)
        }
        return try finish()
    }

    /// Creates or updates by an external id, a chunk at a time. Fields that only a creation may set, such as
    /// `CreatedDate`, are left alone in records that are there already.
    func upsert(_ object: ObjectSchema, by externalID: String, in session: Session) async throws -> LoadTally {
        let fields = conversion.fields
        guard let keyPlace = fields.firstIndex(where: { $0.lowercased() == externalID.lowercased() }) else {
            throw LoadError("--upsert \(externalID): no column goes to this field.")
        }
        let kept = fields.indices.filter { object.field(fields[$0])?.isUpdateable ?? true || $0 == keyPlace }
        var first = 0
        while let cells = try nextRows() {
            let rows = (0..<cells.rowCount).map(cells.values)
            let known =
                kept.count == fields.count
                ? [] : try await self.known(rows.map { $0[keyPlace] }, externalID, of: object, in: session)
            let isKnown = rows.map { known.contains($0[keyPlace].text?.lowercased() ?? "") }
            var outcomes = [Outcome?](repeating: nil, count: rows.count)
            for (places, columns) in [
                (rows.indices.filter { !isKnown[$0] }, Array(fields.indices)),
                (rows.indices.filter { isKnown[$0] }, kept),
            ] where !places.isEmpty {
                let batch = Batch(
                    object.name, fields: columns.map { fields[$0] },
                    rows: places.map { place in columns.map { rows[place][$0] } })
                let some = try await session.upsert(batch, by: externalID, onFailure: .keepGoing)
                for (place, outcome) in zip(places, some) { outcomes[place] = outcome }
            }
            try note(
                outcomes.enumerated().compactMap { place, outcome in outcome.map { (row: first + place, outcome: $0) } }
            )
            first += rows.count
        }
        return try finish()
    }

    /// The keys, in lower case, that records have already.
    private func known(
        _ keys: [Value], _ field: String, of object: ObjectSchema, in session: Session
    ) async throws -> Set<String> {
        var known: Set<String> = []
        for start in stride(from: 0, to: keys.count, by: 500) {
            let some = keys[start...].prefix(500).filter { !$0.isNull }
            let records = try await session.query(
                "SELECT \(field) FROM \(object.name) WHERE \(field) IN :keys", bindings: ["keys": .many(some)])
            for record in records { if let key = record[field].text { known.insert(key.lowercased()) } }
        }
        return known
    }

    /// The next rows for the door; rows that cannot be handed over are listed at once. Nil at the end.
    private func nextRows() throws -> CellBlock? {
        try state.withLock { state in
            while let block = try state.source.next() {
                state.tally.rows += block.rowCount
                for row in block.faulty { if let fault = row.fault { state.hold(row, fault) } }
                let (cells, places) = conversion.cells(of: block, references: references) { state.hold($0, $1) }
                // Rows that could not be read and rows that could not be converted, in the order of the input.
                if !state.held.isEmpty { state.held.sort { $0.row.number < $1.row.number } }
                if state.held.count > State.heldMax { try state.release(before: .max) }
                progress.advance(to: state.source.bytesRead, rows: state.tally.rows)
                if cells.rowCount == 0 { continue }
                state.waiting.append(
                    Waiting(first: state.handed, count: cells.rowCount, block: block, places: places))
                state.handed += cells.rowCount
                return cells
            }
            return nil
        }
    }

    private func note(_ outcomes: [(row: Int, outcome: Outcome)]) throws {
        try state.withLock { state in
            for (number, outcome) in outcomes {
                // Reports come in the order of the rows, so blocks before are done with.
                while let first = state.waiting.first, number >= first.first + first.count {
                    state.waiting.removeFirst()
                }
                guard let waiting = state.waiting.first, number >= waiting.first else { continue }
                switch outcome {
                case .done(let id, let isCreated):
                    state.tally.loaded += 1
                    if isCreated { state.tally.created += 1 }
                    if let reference = waiting.reference(number) { state.tally.references[reference] = id }
                case .refused(let errors): try state.refuse(waiting.row(number), RowFault(errors))
                }
            }
        }
    }

    private func finish() throws -> LoadTally {
        try state.withLock { state in
            try state.release(before: .max)
            try state.results.finish()
            progress.finish()
            if state.results.isWritten { state.tally.results = state.results.path }
            return state.tally
        }
    }
}

extension LoadRun: AsyncSequence {
    struct AsyncIterator: AsyncIteratorProtocol {
        let run: LoadRun

        mutating func next() async throws -> CellBlock? {
            try Task.checkCancellation()
            return try run.nextRows()
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(run: self) }
}

/// What came of an input.
struct LoadTally: Sendable {
    var rows = 0
    /// Created or updated.
    var loaded = 0
    var created = 0
    var refused = 0
    /// How often each code.
    var reasons: [String: Int] = [:]
    /// The results file, when a row was refused.
    var results: String?
    /// The records that rows with a name of their own became.
    var references: [String: RecordID] = [:]
}

extension RowFault {
    /// What the door said about a row; of several errors the first gives code and field.
    init(_ errors: [PlatformError]) {
        code = errors.first?.code.name ?? "UNKNOWN_EXCEPTION"
        message = errors.map(\.message).joined(separator: " ")
        column = errors.first?.fields.joined(separator: ";")
    }
}
