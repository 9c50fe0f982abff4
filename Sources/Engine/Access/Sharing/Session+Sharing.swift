public import Records
import Store

extension Session {
    /// Sets what everybody with the right to an object may do with its records, before any sharing.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `INVALID_TYPE` when there is no such object,
    ///   `INVALID_OPERATION` for a model that its records cannot have.
    public func setSharing(_ model: SharingModel, of object: String) async throws {
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            try SharingModels(schema: schema, connection: connection).set(model, of: object)
            self.engine.evidence.expectMore()
            try EvidenceLog.append(
                Evidence(
                    .access, at: self.engine.environment.now(), by: self.user, to: nil,
                    facts: ["object": .text(object), "sharing": .text(model.rawValue)]), connection)
        }
        try await engine.evidence.settleIfBehind()
    }

    /// How far this session may go with a record; nil where it may not even see it, or there is none.
    public func level(of record: RecordID) async throws -> AccessLevel? {
        try await read { connection in
            let access = try self.access(on: connection)
            guard let object = access.visible.object(of: record) else { return nil }
            return try RecordFilter.level(of: record, object, access, connection)
        }
    }
}

extension RecordFilter {
    /// How far one may go with a record; nil where it may not be seen.
    static func level(
        of id: RecordID, _ object: ObjectSchema, _ access: Access, _ connection: any Connection
    ) throws -> AccessLevel? {
        let isThere =
            try connection.first(
                "SELECT 1 FROM \(identifier: Identifier(object.name)) WHERE \"Id\" = \(.id(id))"
            ) { _ in true } ?? false
        guard isThere else { return nil }
        return try AccessLevel.allCases.reversed().first { try permits(id, for: $0, access, connection) }
    }
}
