import CPostgreSQL
import Records

/// What went wrong in PostgreSQL, in the platform's terms. The one place where its codes (SQLSTATE, appendix A of its
/// manual) are read. Its messages may quote values, so they go nowhere: details are a code and our own statement.
enum PostgreSQLError {
    /// The error that a result tells.
    static func of(_ result: OpaquePointer?, on connection: OpaquePointer, doing what: String) -> any Error {
        guard PQstatus(connection) == CONNECTION_OK, let result else { return lost(doing: what) }
        func part(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        let state = part("C") ?? ""
        let detail = "\(what) (PostgreSQL \(state))"
        switch state {
        case "57014": return CancellationError()
        case "23505":
            return PlatformError(
                .duplicateValue, "A record with this value exists already.", fields: keyColumns(part), detail: detail)
        case "23502":
            return PlatformError(
                .requiredFieldMissing, "A required field has no value.", fields: part("c").map { [$0] } ?? [],
                detail: detail)
        case "22001", "54000": return PlatformError(.stringTooLong, "A value is too long.", detail: detail)
        // 0A000: a table has changed between the preparing of a statement and its run.
        case "55P03", "55006", "40001", "40P01", "0A000":
            return PlatformError(
                .unableToLockRow, "Another process or a long reading holds the database. Try again.", detail: detail)
        case "42501", "25006":
            return PlatformError(
                .unknownException,
                "The user of the database may not write to it. Make the user its owner.", detail: detail)
        case "XX001", "XX002":
            return PlatformError(
                .unknownException, "The database is damaged. Restore it from a backup.", detail: detail)
        default: break
        }
        switch state.prefix(2) {
        case "22", "23":
            return PlatformError(
                .fieldIntegrityException, "The database refused a value of a wrong kind.", detail: detail)
        case "53", "58":
            return PlatformError(
                .storageLimitExceeded,
                "The database's disk or memory is full; nothing of this change was kept. Make room and repeat it.",
                detail: detail)
        case "08", "57": return lost(doing: what)
        default: return PlatformError(.unknownException, "The database refused a statement.", detail: detail)
        }
    }

    /// The connection is gone. What it was doing was undone by the server, unless it was just being committed.
    static func lost(doing what: String) -> PlatformError {
        PlatformError(
            .serverUnavailable,
            "The connection to the database was lost. Look whether the change is there, and repeat it if not.",
            detail: what)
    }

    static func unreachable(_ connection: OpaquePointer?) -> PlatformError {
        // What libpq says of a connection that was not made names hosts and users, no data and no password.
        let message = connection.map { String(cString: PQerrorMessage($0)) } ?? "no memory"
        return PlatformError(
            .serverUnavailable,
            "The database cannot be reached. Check that it runs, and the settings of the connection.",
            detail: message.split(separator: "\n").joined(separator: " "))
    }

    /// The columns of "Key ("Email")=(…) already exists.", in whatever language, without the values.
    private static func keyColumns(_ part: (Character) -> String?) -> [String] {
        guard let text = part("D"), let start = text.firstIndex(of: "("), let end = text.firstRange(of: ")=(") else {
            return []
        }
        let key = text[text.index(after: start)..<end.lowerBound]
        // Of an index on an expression its name.
        if key.contains("("), let index = part("n") { return [index] }
        return key.split(separator: ",").map { name in
            name.filter { $0 == "_" || $0.isLetter || $0.isNumber }
        }
    }
}
