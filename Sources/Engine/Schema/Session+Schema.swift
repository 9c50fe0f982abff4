public import Records
import Store

extension Session {
    /// The objects and fields that this session may read; their `isCreateable` and kin say what it may write.
    public func schema() async throws -> Schema {
        if together != nil { return try await read { try self.access(on: $0).visible } }
        return try await engine.store.readShortly { try self.access(on: $0).visible }
    }

    /// Adds an object, with its table, to the running organisation.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `DUPLICATE_VALUE` when the name is
    ///   taken, `INVALID_FIELD` when it cannot be a name; as every change of the schema, `UNABLE_TO_LOCK_ROW` when a
    ///   long reading goes on for more than half a minute.
    public func addObject(_ object: NewObject) async throws {
        try await changing { connection in
            try SchemaChange.add(object, to: try self.changeableSchema(on: connection), on: connection)
        }
    }

    /// Adds a field, with its column and index, to an object of the running organisation.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `INVALID_TYPE` when there is no such
    ///   object, `DUPLICATE_VALUE` when the name is taken, `INVALID_FIELD` when the field cannot be so,
    ///   `LIMIT_EXCEEDED` when the object has 500 custom fields.
    public func addField(_ field: NewField, to object: String) async throws {
        try await changing { connection in
            try SchemaChange.add(field, to: object, in: try self.changeableSchema(on: connection), on: connection)
        }
    }

    /// Deletes a custom field: nobody sees it any more, and what it holds is kept for ``Engine/binDays``.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `INVALID_FIELD` when there is no such
    ///   field, `DELETE_FAILED` for a standard field and for one that controls another.
    public func deleteField(_ name: String, of object: String) async throws {
        try await changing { connection in
            let deletion = FieldDeletion(schema: try self.changeableSchema(on: connection), connection: connection)
            try deletion.delete(name, of: object, at: self.engine.environment.now())
        }
    }

    /// Brings a deleted field back, with what it held.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `INVALID_FIELD` when there is none to
    ///   bring back.
    public func restoreField(_ name: String, of object: String) async throws {
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            try FieldDeletion(schema: schema, connection: connection)
                .restore(name, of: object, at: self.engine.environment.now())
        }
    }

    /// The fields that can be restored, the longest deleted first.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system.
    public func deletedFields() async throws -> [DeletedField] {
        try await read { connection in
            let schema = try self.changeableSchema(on: connection)
            return try FieldDeletion(schema: schema, connection: connection).all()
        }
    }

    /// Destroys the deleted fields whose days are over, with what they hold.
    ///
    /// Goes through the records in small transactions, so that others can write meanwhile; what was begun goes on at the
    /// next call.
    /// - Returns: The fields that are gone.
    @discardableResult
    public func purgeExpiredFields() async throws -> [DeletedField] {
        let now = engine.environment.now()
        let expired = try await deletedFields().filter { $0.keptUntil <= now }
        for field in expired { try await purge(field) }
        return expired
    }

    /// Destroys a deleted field before its days are over.
    ///
    /// - Throws: As ``restoreField(_:of:)``.
    public func purgeField(_ name: String, of object: String) async throws {
        let found = try await deletedFields().first {
            $0.name.lowercased() == name.lowercased() && $0.object.lowercased() == object.lowercased()
        }
        guard let found else {
            throw PlatformError(.invalidField, "\(object) has no deleted field \(name).", fields: [name])
        }
        try await purge(found)
    }

    private func purge(_ field: DeletedField) async throws {
        try await engine.settleSearch()
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            try FieldDeletion(schema: schema, connection: connection).expire(field)
        }
        var isMore = true
        while isMore {
            try Task.checkCancellation()
            isMore = try await changing { connection in
                let schema = try self.changeableSchema(on: connection)
                return try FieldDeletion(schema: schema, connection: connection)
                    .empty(field, self.engine.search, limit: 2_000)
            }
        }
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            try FieldDeletion(schema: schema, connection: connection).drop(field)
        }
    }

    /// What this organisation has added to the standard objects, a file for each object.
    public func exportSchema() async throws -> [SchemaFile] {
        try SchemaFile.all(of: try await schema())
    }

    /// Where files and the organisation differ.
    ///
    /// - Throws: `INVALID_TYPE`, `DUPLICATE_VALUE` for files that make no sense together.
    public func compareSchema(with files: [SchemaFile]) async throws -> [SchemaDifference] {
        try SchemaDifference.all(files, try await schema())
    }

    /// Adds what the files have and the organisation has not, and changes what differs; all of it or, when anything is
    /// refused, nothing. What the organisation has alone stays.
    ///
    /// - Returns: What was added and changed.
    /// - Throws: `INSUFFICIENT_ACCESS` for all but administrators and the system, `INVALID_FIELD` for a change that
    ///   records stand against, and what ``addObject(_:)`` and ``addField(_:to:)`` throw.
    public func importSchema(_ files: [SchemaFile]) async throws -> [SchemaDifference] {
        try await changing { connection in
            let schema = try self.changeableSchema(on: connection)
            let wanted = try SchemaDifference.all(files, schema).filter { $0.kind != .absent }
            try SchemaImport(files: files, connection: connection).run(wanted)
            return wanted
        }
    }

    /// Runs a change of the schema. A table that somebody reads for long cannot be changed in PostgreSQL, and whoever wants to
    /// read it while a change waits for it would wait as well: so the change is tried again and again, briefly.
    func changing<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        for _ in 0..<Self.triesMax {
            do { return try await write(body) } catch let error as PlatformError
                where error.code == .unableToLockRow
            {
                try await Task.sleep(for: Self.pause)
            }
        }
        throw PlatformError(
            .unableToLockRow,
            "Somebody has been reading the object for a long time, as an export does. Repeat this when that has ended."
        )
    }

    private static let triesMax = 60
    private static let pause = Duration.milliseconds(300)

    func changeableSchema(on connection: any Connection) throws -> Schema {
        let access = try access(on: connection)
        guard access.rights.mayChangeSchema else {
            throw PlatformError(
                .insufficientAccess, "Objects and fields are added by an administrator. Ask one, or sign in as one."
            )
        }
        return access.full
    }
}
