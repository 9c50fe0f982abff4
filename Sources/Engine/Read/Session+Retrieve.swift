public import Records
import Store

extension Session {
    /// Rows by their ids, in the order asked; nil for those that are not there, or not of the object, or in the bin.
    ///
    /// - Parameter fields: names or paths to parents' fields; nil for all that the session may read.
    /// - Throws: `INVALID_TYPE` and `INVALID_FIELD` for what is not there for this session.
    public func retrieve(_ object: String, _ ids: [RecordID], fields: [String]?) async throws -> [Record?] {
        try await retrieve(object, ids, fields: fields, as: WholeRecords())
    }

    /// The same, with rows as an encoder writes them.
    public func retrieve(
        _ object: String, _ ids: [RecordID], fields: [String]?, with encoder: any RecordEncoder
    ) async throws -> [[UInt8]?] {
        try await retrieve(object, ids, fields: fields, as: EncodedRecords(encoder: encoder))
    }

    /// One row by its id, on the calling thread.
    ///
    /// - Returns: Nil when it is not there, and also where this would have to wait: ``retrieve(_:_:fields:with:)`` tells.
    /// - Throws: as that.
    public func retrieveHere(
        _ object: String, _ id: RecordID, fields: [String]?, with encoder: any RecordEncoder
    ) throws -> [UInt8]? {
        if engine.reads.isFull || together != nil { return nil }
        let form = EncodedRecords(encoder: encoder)
        let found = try engine.store.readHere { try self.rows(object, [id], fields, form, on: $0) }
        guard let (rows, shown) = found else { return nil }
        for shown in shown { report(.read, shown.object, shown.ids) }
        return rows.first?.made
    }

    private func rows<Form: RecordForm>(
        _ object: String, _ ids: [RecordID], _ fields: [String]?, _ form: Form, on connection: any Connection
    ) throws -> ([RowReader<Form>.Row], [Shown]) {
        let viewer = try viewer(on: connection)
        let plan = try plan(of: object, fields: fields, viewer, on: connection)
        var reader = RowReader(connection: connection, form: form)
        return (try reader.rows(plan, of: ids), reader.shown)
    }

    private func retrieve<Form: RecordForm>(
        _ object: String, _ ids: [RecordID], fields: [String]?, as form: Form
    ) async throws -> [Form.Made?] {
        let read: @Sendable (any Connection) throws -> ([RowReader<Form>.Row], [Shown]) = {
            try self.rows(object, ids, fields, form, on: $0)
        }
        let here = ids.count <= Self.shortRowsMax && together == nil ? try engine.store.readHere(read) : nil
        let (found, shown) = if let here { here } else { try await self.read(read) }
        note(object, rows: found.count)
        for shown in shown { report(.read, shown.object, shown.ids) }
        try await flushReadsIfFull()
        // In nearly every call: one id, one row.
        if ids.count == 1 { return [found.first?.made] }
        let byID = Dictionary(found.compactMap { row in row.id.map { ($0, row.made) } }) { first, _ in first }
        return ids.map { byID[$0] }
    }

    /// So many rows by their ids are read faster than a thread is woken for them.
    private static var shortRowsMax: Int { 4 }

    /// The rows that have a value in an external id or another field made for looking up; none, one, or several.
    ///
    /// - Throws: `INVALID_FIELD` when the field is not there or not made for looking up.
    public func find(
        _ object: String, _ field: String, equals value: Value, fields: [String]?
    ) async throws -> [Record] {
        try await find(object, field, equals: value, fields: fields, as: WholeRecords())
    }

    /// The same, with rows as an encoder writes them.
    public func find(
        _ object: String, _ field: String, equals value: Value, fields: [String]?, with encoder: any RecordEncoder
    ) async throws -> [[UInt8]] {
        try await find(object, field, equals: value, fields: fields, as: EncodedRecords(encoder: encoder))
    }

    private func find<Form: RecordForm>(
        _ object: String, _ field: String, equals value: Value, fields: [String]?, as form: Form
    ) async throws -> [Form.Made] {
        let (found, shown) = try await read { connection in
            let viewer = try self.viewer(on: connection)
            let plan = try self.plan(of: object, fields: fields, viewer, on: connection)
            guard let key = plan.object.field(field), key.isIDLookup || key.isExternalID || key.isUnique else {
                throw PlatformError(
                    .invalidField,
                    "Provided external ID field does not exist or is not accessible: \(field)",
                    fields: [field]
                )
            }
            let value = try self.lookupValue(value, of: key)
            let condition = try connection.holds(value, key, in: "t0.\(identifier: Identifier(key.name))")
            let statement =
                plan.with + plan.select + plan.from + Plan.wherever([condition, plan.visibility])
                + " ORDER BY t0.\"Id\""
            var reader = RowReader(connection: connection, form: form)
            return (try reader.rows(plan, statement).map(\.made), reader.shown)
        }
        note(object, rows: found.count)
        try await report(.read, shown)
        return found
    }

    private func plan(
        of object: String, fields: [String]?, _ viewer: Viewer, on connection: any Connection
    ) throws -> Plan {
        try engine.plans.plan(of: object, fields: fields, viewer, call([:], .without, on: connection))
    }

    /// A path of an address holds text, whatever the field's type.
    private func lookupValue(_ value: Value, of field: Field) throws -> Value {
        guard case .text(let text) = value else { return value }
        let converted: Value? =
            switch field.type.storage {
            case .integer where field.type == .id || field.type == .reference: RecordID(text).map { .id($0) }
            case .integer: Int64(text).map { .integer($0) }
            case .double: Double(text).map { .double($0) }
            case .text, .bytes, nil: value
            }
        guard let converted else {
            throw PlatformError(
                .invalidField, "'\(text)' is no value of \(field.name), which is of type \(field.type.rawValue).",
                fields: [field.name]
            )
        }
        return converted
    }
}
