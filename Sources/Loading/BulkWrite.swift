public import Engine
public import Records

/// Writes some rows of a job through the door, each for itself.
public struct BulkWrite: Sendable {
    private let job: BulkJob
    private let object: ObjectSchema
    private let session: Session

    public init(job: BulkJob, object: ObjectSchema, session: Session) {
        self.job = job
        self.object = object
        self.session = session
    }

    /// - Parameter refuse: Gets the rows that the door is not asked about, by their places among these; before the others are
    ///   written.
    /// - Returns: What came of each row, in their order.
    public func write(
        _ cells: CellBlock, _ columns: [String], refuse: (Int, [PlatformError]) -> Void = { _, _ in }
    ) async throws -> [Outcome] {
        if cells.rowCount == 0 { return [] }
        if job.operation == .delete || job.operation == .hardDelete { return try await delete(cells, refuse: refuse) }
        var batch = Batch(object.name, fields: columns, rows: (0..<cells.rowCount).map(cells.values))
        batch.leavesEmpty = true
        return switch job.operation {
        case .insert: try await session.create(batch, onFailure: .keepGoing)
        case .update: try await session.update(batch, onFailure: .keepGoing)
        default: try await session.upsert(batch, by: job.externalID ?? "Id", onFailure: .keepGoing)
        }
    }

    private func delete(_ cells: CellBlock, refuse: (Int, [PlatformError]) -> Void) async throws -> [Outcome] {
        var ids: [RecordID] = []
        var refused: [Int: Outcome] = [:]
        for row in 0..<cells.rowCount {
            let text = cells.value(row, 0).text ?? ""
            if let id = RecordID(text), id.prefix == object.keyPrefix {
                ids.append(id)
                continue
            }
            let error =
                text.isEmpty
                ? PlatformError(.missingArgument, "Id not specified in a delete call", fields: ["Id"])
                : PlatformError(.malformedID, "malformed id \(text.prefix(40))", fields: ["Id"])
            refuse(row, [error])
            refused[row] = .refused([error])
        }
        var done: ArraySlice<Outcome> = []
        if !ids.isEmpty {
            done =
                job.operation == .delete
                ? try await session.delete(ids, onFailure: .keepGoing)[...]
                : try await session.purge(ids, onFailure: .keepGoing)[...]
        }
        return (0..<cells.rowCount).compactMap { refused[$0] ?? done.popFirst() }
    }

    /// - Throws: ``BatchFault`` when the operation needs another column, or may not have one of these.
    public static func check(_ columns: [String], of job: BulkJob) throws {
        let names = Set(columns.map { $0.lowercased() })
        switch job.operation {
        case .delete, .hardDelete:
            guard names == ["id"] else {
                throw BatchFault("InvalidBatch : The rows of a deletion have the column Id and no other")
            }
        case .update where !names.contains("id"):
            throw BatchFault("InvalidBatch : Field name not found : Id. An update needs it")
        case .upsert where !names.contains((job.externalID ?? "Id").lowercased()):
            throw BatchFault("InvalidBatch : Field name not found : \(job.externalID ?? "Id"). The upsert needs it")
        default: break
        }
        if let twice = Dictionary(grouping: columns, by: { $0.lowercased() }).values.first(where: { $0.count > 1 }) {
            throw BatchFault("InvalidBatch : Duplicate field name in the header : \(twice[0])")
        }
        for column in columns where column.isEmpty { throw BatchFault("InvalidBatch : A column has no name") }
    }
}
