import Records
import Store

/// The tables and indexes that hold an object's records.
///
/// Text that compares without case is declared so, column by column: every `=`, `IN`, `ORDER BY` and index agrees.
enum SchemaTables {
    /// Brings an older organisation's tables to the catalogue of this program: standard objects and fields that it did not
    /// know get their tables and columns. What the catalogue has no longer stays as it is.
    static func addMissing(at now: Instant, on connection: any Connection) throws {
        if try isCurrent(on: connection) { return }
        let tables = Dictionary(uniqueKeysWithValues: try connection.tables().map { ($0.name, $0.columns.map(\.name)) })
        for object in try Catalogue.standard() {
            guard let columns = tables[object.name].map(Set.init) else {
                try create(object, on: connection)
                continue
            }
            for field in object.fields where !columns.contains(field.name) {
                try add(field, to: object, on: connection)
            }
        }
        try noteCatalogue(on: connection)
        try GroupRows.renew(at: now, on: connection)
        try PermissionRows(at: now, connection).adopt()
        try LiveSchema.advance(on: connection)
    }

    /// Whether the tables are those of this program's catalogue.
    static func isCurrent(on connection: any Connection) throws -> Bool {
        let checksum = try connection.first("SELECT checksum FROM az_catalogue") { $0.int64(0) }
        return checksum == (try Catalogue.checksum())
    }

    /// Notes that the tables are those of this program's catalogue.
    static func noteCatalogue(on connection: any Connection) throws {
        let checksum = try Catalogue.checksum()
        try connection.execute(
            """
            INSERT INTO az_catalogue (id, checksum) VALUES (1, \(.integer(checksum))) \
            ON CONFLICT (id) DO UPDATE SET checksum = excluded.checksum
            """
        )
    }

    static func create(_ object: ObjectSchema, on connection: any Connection) throws {
        try createTable(object, on: connection)
        try createIndexes(object, on: connection)
    }

    /// The table alone: many rows go in more quickly before there are indexes.
    static func createTable(_ object: ObjectSchema, on connection: any Connection) throws {
        let dialect = connection.dialect
        var columns = object.fields.compactMap { column($0, dialect) }
        // Objects that describe has without IsDeleted have the column all the same: one form of every statement.
        if object.field("IsDeleted") == nil {
            columns.append("\"IsDeleted\" \(dialect.type(.integer)) NOT NULL DEFAULT 0")
        }
        let list = SQL.joined(columns, separator: ", ")
        try connection.execute("CREATE TABLE \(identifier: Identifier(object.name)) (\(list))\(dialect.tableSuffix)")
    }

    static func createIndexes(_ object: ObjectSchema, on connection: any Connection) throws {
        for field in object.fields {
            if let index = index(field, of: object) { try connection.execute(index) }
        }
        for index in wholeTableIndexes(of: object) { try connection.execute(index) }
        if [.private, .read].contains(object.sharing) { try createOwnerIndex(of: object, on: connection) }
    }

    static func add(_ field: Field, to object: ObjectSchema, on connection: any Connection) throws {
        guard let column = column(field, connection.dialect) else { return }
        try connection.execute("ALTER TABLE \(identifier: Identifier(object.name)) ADD COLUMN \(column)")
        if let index = index(field, of: object) { try connection.execute(index) }
    }

    /// Makes the index of a field anew, when its values begin or cease to be sealed.
    static func renewIndex(of field: Field, in object: ObjectSchema, on connection: any Connection) throws {
        try connection.execute("DROP INDEX IF EXISTS \(identifier: Identifier(indexName(field, of: object)))")
        if let index = index(field, of: object) { try connection.execute(index) }
    }

    static func drop(_ field: Field, of object: ObjectSchema, on connection: any Connection) throws {
        guard column(field, connection.dialect) != nil else { return }
        try connection.execute("DROP INDEX IF EXISTS \(identifier: Identifier(indexName(field, of: object)))")
        try connection.execute(
            """
            ALTER TABLE \(identifier: Identifier(object.name)) DROP COLUMN \(identifier: Identifier(field.name))
            """)
    }

    private static func column(_ field: Field, _ dialect: Dialect) -> SQL? {
        guard let storage = field.type.storage else { return nil }
        let name = Identifier(field.name)
        if field.type == .id { return "\(identifier: name) \(dialect.type(.integer)) PRIMARY KEY" }
        if storage == .text && !field.isCaseSensitive { return "\(identifier: name) \(dialect.textIgnoringCase)" }
        let column: SQL = "\(identifier: name) \(dialect.type(storage))"
        return field.type == .boolean ? column + " NOT NULL DEFAULT 0" : column
    }

    /// Unique fields are unique among the records outside the bin, as on the platform; so their index serves lookups
    /// that say `"IsDeleted" = 0`. Without the nulls, since SQLite would else go through the whole table by way of it.
    private static func index(_ field: Field, of object: ObjectSchema) -> SQL? {
        let table = Identifier(object.name)
        let column = Identifier(field.name)
        let name = Identifier(indexName(field, of: object))
        if let encryption = field.encryption {
            // Of what tells equal texts; where nothing does there is nothing to look for.
            guard encryption.scheme.isDeterministic, field.isUnique || isLookedUp(field, of: object) else { return nil }
            let told = SealedColumn.told("\(identifier: column)")
            let isTold = SealedColumn.isTold("\(identifier: column)")
            return field.isUnique
                ? """
                CREATE UNIQUE INDEX \(identifier: name) ON \(identifier: table) (\(told)) \
                WHERE "IsDeleted" = 0 AND \(isTold)
                """
                : "CREATE INDEX \(identifier: name) ON \(identifier: table) (\(told)) WHERE \(isTold)"
        }
        if field.isUnique {
            return """
                CREATE UNIQUE INDEX \(identifier: name) ON \(identifier: table) (\(identifier: column)) \
                WHERE "IsDeleted" = 0 AND \(identifier: column) IS NOT NULL
                """
        }
        guard isLookedUp(field, of: object) else { return nil }
        return """
            CREATE INDEX \(identifier: name) ON \(identifier: table) (\(identifier: column)) \
            WHERE \(identifier: column) IS NOT NULL
            """
    }

    static func indexName(_ field: Field, of object: ObjectSchema) -> String {
        "ix_\(object.name)_\(field.name)"
    }

    /// Lookups to parents are searched when the parent is shown, deleted or erased; those to staff are not worth it.
    private static func isLookedUp(_ field: Field, of object: ObjectSchema) -> Bool {
        switch field.type {
        case .reference where object.sharedObject != nil && field.name == "UserOrGroupId": true
        case .reference: !Set(field.referenceTo).isSubset(of: ["User", "Group", "RecordType", "Profile", "UserRole"])
        case .email: field.isCreateable
        default: field.isExternalID || field.isIDLookup && field.type != .id && !field.isNameField
        }
    }

    /// Whose records are whose alone are looked for by their owners, and shown by when they were changed.
    static func createOwnerIndex(of object: ObjectSchema, on connection: any Connection) throws {
        guard object.field("SystemModstamp") != nil else { return }
        try connection.execute(
            """
            CREATE INDEX IF NOT EXISTS \(identifier: Identifier("ix_\(object.name)_OwnerId")) \
            ON \(identifier: Identifier(object.name)) ("OwnerId", "SystemModstamp")
            """)
    }

    private static func wholeTableIndexes(of object: ObjectSchema) -> [SQL] {
        var columns: [(String, SQL)] = []
        if object.isPerson { columns.append(("LastName", "(\"LastName\")")) }
        if object.name == "Account" { columns.append(("Name", "(\"Name\")")) }
        // Loaders ask for what changed since; people are loaded by the million and go without.
        if !object.isPerson && object.field("SystemModstamp") != nil {
            columns.append(("SystemModstamp", "(\"SystemModstamp\")"))
        }
        let bin: SQL = """
            CREATE INDEX \(identifier: Identifier("ix_\(object.name)_bin")) ON \
            \(identifier: Identifier(object.name)) ("IsDeleted") WHERE "IsDeleted" = 1
            """
        return [bin]
            + columns.map { name, column in
                """
                CREATE INDEX \(identifier: Identifier("ix_\(object.name)_\(name)")) ON \
                \(identifier: Identifier(object.name)) \(column)
                """
            }
    }
}
