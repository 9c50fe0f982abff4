public import Records
import Store

extension Session {
    /// The objects and fields that this session may read; their `isCreateable` and kin say what it may write.
    public func schema() async throws -> Schema {
        try await engine.store.readShortly { try self.access(on: $0).visible }
    }

    /// Adds an object, with its table, to the running organisation.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `DUPLICATE_VALUE` when the name is
    ///   taken, `INVALID_FIELD` when it cannot be a name.
    public func addObject(_ object: NewObject) async throws {
        try await engine.store.write { connection in
            try SchemaChange.add(object, to: try self.changeableSchema(on: connection), on: connection)
        }
    }

    /// Adds a field, with its column and index, to an object of the running organisation.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `INVALID_TYPE` when there is no such
    ///   object, `DUPLICATE_VALUE` when the name is taken, `INVALID_FIELD` when the field cannot be so,
    ///   `LIMIT_EXCEEDED` when the object has 500 custom fields.
    public func addField(_ field: NewField, to object: String) async throws {
        try await engine.store.write { connection in
            try SchemaChange.add(field, to: object, in: try self.changeableSchema(on: connection), on: connection)
        }
    }

    private func changeableSchema(on connection: any Connection) throws -> Schema {
        let access = try access(on: connection)
        guard access.rights.mayChangeSchema else {
            throw PlatformError(
                .insufficientAccess, "Objects and fields are added by an administrator. Ask one, or sign in as one."
            )
        }
        return access.full
    }
}
