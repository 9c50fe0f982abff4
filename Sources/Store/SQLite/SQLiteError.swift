import CSQLite
import Records

/// What went wrong in SQLite, in the platform's terms. The one place where its codes are read.
enum SQLiteError {
    /// The error of the last call on `database`. Messages of SQLite name tables and columns, never values.
    static func last(_ database: OpaquePointer?, doing what: String) -> any Error {
        make(sqlite3_extended_errcode(database), message: String(cString: sqlite3_errmsg(database)), doing: what)
    }

    static func make(_ extended: Int32, message: String, doing what: String) -> any Error {
        let detail = "\(what): \(message) (SQLite \(extended))"
        switch extended & 0xff {
        case SQLITE_INTERRUPT: return CancellationError()
        case SQLITE_CONSTRAINT: return constraint(extended, message, detail)
        case SQLITE_FULL, SQLITE_IOERR:
            return PlatformError(
                .storageLimitExceeded,
                "The disk is full or cannot be written; nothing of this change was kept. Make room and repeat it.",
                detail: detail
            )
        case SQLITE_BUSY, SQLITE_LOCKED:
            return PlatformError(
                .unableToLockRow,
                "Another process or a long reading holds the database. Try again.",
                detail: detail
            )
        case SQLITE_TOOBIG:
            return PlatformError(.stringTooLong, "A value is longer than the database can hold.", detail: detail)
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH:
            return PlatformError(
                .unknownException,
                "The database cannot be opened for writing. Check that the folder exists and belongs to this user.",
                detail: detail
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return PlatformError(
                .unknownException,
                "The database file is damaged. Stop the server and restore the folder from a backup.",
                detail: detail
            )
        default:
            return PlatformError(.unknownException, "The database refused a statement.", detail: detail)
        }
    }

    private static func constraint(_ extended: Int32, _ message: String, _ detail: String) -> PlatformError {
        switch extended {
        case uniqueViolated, primaryKeyViolated, rowIDViolated:
            PlatformError(
                .duplicateValue,
                "A record with this value exists already.",
                fields: columns(message),
                detail: detail
            )
        case notNullViolated:
            PlatformError(
                .requiredFieldMissing,
                "A required field has no value.",
                fields: columns(message),
                detail: detail
            )
        default:
            PlatformError(.fieldIntegrityException, "The database refused a value of a wrong kind.", detail: detail)
        }
    }

    /// The columns of "UNIQUE constraint failed: Contact.Email, Contact.Ext__c"; of an index on an expression, whose message
    /// is "UNIQUE constraint failed: index 'ix_Contact_Email'", its name.
    private static func columns(_ message: String) -> [String] {
        guard let colon = message.firstIndex(of: ":") else { return [] }
        let parts = message[colon...].split(separator: "'")
        if parts.count == 2, parts[0].hasSuffix("index ") { return [String(parts[1])] }
        return message[message.index(after: colon)...].split(separator: ",").compactMap { name in
            name.split(separator: ".").last.map { $0.filter { $0 != " " } }
        }
    }

    // Expressions of the C header's macros, which Swift does not import.
    private static let notNullViolated = SQLITE_CONSTRAINT | (5 << 8)
    private static let primaryKeyViolated = SQLITE_CONSTRAINT | (6 << 8)
    private static let uniqueViolated = SQLITE_CONSTRAINT | (8 << 8)
    private static let rowIDViolated = SQLITE_CONSTRAINT | (10 << 8)
}
