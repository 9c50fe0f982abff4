import Engine
import Records

extension Session {
    /// Makes one record.
    /// - Throws: The first error of the row when it is refused.
    func createRow(_ object: String, _ values: [String: Value]) async throws -> RecordID {
        let fields = values.keys.sorted()
        let batch = Batch(object, fields: fields, rows: [fields.map { values[$0] ?? .null }])
        return try await create(batch, onFailure: .rollbackAll).onlyID()
    }

    /// Changes one record.
    /// - Throws: The first error of the row when it is refused.
    func updateRow(_ object: String, _ id: RecordID, _ values: [String: Value]) async throws {
        var values = values
        values["Id"] = .id(id)
        let fields = values.keys.sorted()
        let batch = Batch(object, fields: fields, rows: [fields.map { values[$0] ?? .null }])
        _ = try await update(batch, onFailure: .rollbackAll).onlyID()
    }

    /// Changes the same field of several records to the same value, all or none.
    func set(_ field: String, of object: String, _ ids: [RecordID], to value: Value) async throws {
        guard !ids.isEmpty else { return }
        let batch = Batch(object, fields: ["Id", field], rows: ids.map { [.id($0), value] })
        for outcome in try await update(batch, onFailure: .rollbackAll) { _ = try [outcome].onlyID() }
    }
}

extension [Outcome] {
    /// The id of the one row that was written; its first error is thrown when it was refused.
    func onlyID() throws -> RecordID {
        switch first {
        case .done(let id, _): return id
        case .refused(let errors): throw errors.first ?? PlatformError(.unknownException, "The row was refused.")
        case nil: throw PlatformError(.unknownException, "No row was written.")
        }
    }
}
