public import Records
import Store

extension Session {
    /// Who read, searched or exported records of a person, and who was refused to reach them; the latest first.
    ///
    /// Reports that still wait are written first, so the answer holds everything up to now. For everybody who may read
    /// the record, since who sees a customer whole also sees who has.
    /// - Parameter person: A record of the person.
    public func accesses(to person: RecordID, limit: Int) async throws -> [PersonAccess] {
        try await engine.reads.flush()
        return try await engine.store.read { connection in
            let access = try self.access(on: connection)
            let schema = access.full
            guard schema.object(of: person).flatMap({ access.visible.object($0.name) }) != nil,
                try RecordFilter.permits(person, for: .read, access, connection)
            else { throw PlatformError.noPerson(person) }
            guard let root = try Subjects(schema: schema, connection: connection).root(of: person) else {
                throw PlatformError.noPerson(person)
            }
            let own = try OwnRecords(schema: schema, connection: connection).gather(root)
            let records = own.map { found in
                TracedRecord(
                    object: found.row.object.name, id: found.row.id, externalID: found.row.externalID,
                    isDeleted: false, reason: .root
                )
            }
            return try AccessSearch(connection: connection).accesses(to: records, limit: limit)
        }
    }
}
