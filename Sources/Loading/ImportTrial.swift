public import Engine
public import Records

/// The first rows of a file through the door, and back: what would come of them.
public struct ImportTrial: Sendable {
    /// The names of the columns, as the file has them.
    public let header: [String]
    public private(set) var rows: [Row]

    /// One row of the file.
    public struct Row: Sendable {
        public let cells: [String]
        /// Why it would be refused; empty when it would not.
        public fileprivate(set) var errors: [PlatformError] = []
        /// The columns that the errors are about.
        public fileprivate(set) var columns: Set<Int> = []
    }

    /// Reads the first rows and tries none of them.
    ///
    /// - Throws: ``BatchFault`` when the file has no header.
    public init(sample count: Int, of source: JobBytes, form: BulkForm) throws {
        // As they stand in the file, wherever its columns go.
        var form = form
        form.targets = []
        var sent = try CSVRowsSent(source, form: form, object: nil, checksLineEnding: false)
        header = sent.header
        var rows: [Row] = []
        while rows.count < count, let texts = try sent.nextTexts() { rows.append(Row(cells: texts)) }
        self.rows = rows
    }

    /// Reads the first rows, writes them as the job would, and takes everything back.
    ///
    /// - Throws: ``BatchFault`` when the job as a whole could not be carried out.
    public init(
        of job: BulkJob, source: JobBytes, form: BulkForm, object: ObjectSchema, rows count: Int, in session: Session
    ) async throws {
        try self.init(sample: count, of: source, form: form)
        var sent = try CSVRowsSent(source, form: form, object: object, checksLineEnding: false)
        try BulkWrite.check(sent.columns, of: job)
        guard let some = try sent.next(atMost: count) else { return }
        for (row, error) in some.faulty { refuse(row, [error], form) }
        let outcomes = try await Self.tried(some.cells, columns: sent.columns, job, object, session)
        for (place, outcome) in outcomes.enumerated() {
            if case .refused(let errors) = outcome { refuse(some.row(place), errors, form) }
        }
    }

    public var refused: Int { rows.count { !$0.errors.isEmpty } }

    private mutating func refuse(_ row: Int, _ errors: [PlatformError], _ form: BulkForm) {
        rows[row].errors = errors
        let fields = Set(errors.flatMap(\.fields).map { $0.lowercased() })
        for (place, target) in form.targets.enumerated() where fields.contains(target.field.lowercased()) {
            rows[row].columns.insert(place)
        }
    }

    private static func tried(
        _ cells: CellBlock, columns: [String], _ job: BulkJob, _ object: ObjectSchema, _ session: Session
    ) async throws -> [Outcome] {
        do {
            return try await session.together { session -> [Outcome] in
                throw Undone(
                    outcomes: try await BulkWrite(job: job, object: object, session: session).write(cells, columns))
            }
        } catch let undone as Undone {
            return undone.outcomes
        }
    }

    /// Takes everything back, and tells what came of it.
    private struct Undone: Error {
        let outcomes: [Outcome]
    }
}
