public import Records

/// What differs between the databases; all other SQL is the common subset.
public struct Dialect: Sendable {
    /// For logs and for tests.
    public let name: String

    /// SQLite 3.38 and later: STRICT tables, `INTEGER`, `REAL`, `TEXT`, `BLOB`.
    public static let sqlite = Dialect(name: "sqlite")

    /// The type of a column.
    public func type(_ storage: FieldType.Storage) -> SQL {
        switch storage {
        case .integer: "INTEGER"
        case .double: "REAL"
        case .text: "TEXT"
        case .bytes: "BLOB"
        }
    }

    /// Behind the closing parenthesis of CREATE TABLE: the column types are enforced.
    public var tableSuffix: SQL { " STRICT" }

    /// Behind the closing parenthesis of CREATE TABLE, for a table that is nothing but its primary key's tree.
    public var keyTableSuffix: SQL { " STRICT, WITHOUT ROWID" }

    /// Behind a column or an expression: compares and sorts without regard to the case of Latin letters.
    public var ignoringCase: SQL { " COLLATE NOCASE" }

    /// `text LIKE pattern`, without regard to the case of Latin letters; `\` takes away the meaning of `%`, `_` and `\`.
    public func like(_ text: SQL, _ pattern: SQL) -> SQL { "\(text) LIKE \(pattern) ESCAPE '\\'" }

    /// Inserts a row or, when one with the same `key` is there, changes its other columns. One binding a column.
    public func upsert(into table: Identifier, columns: [Identifier], key: [Identifier]) -> SQL {
        let names = columns.map { SQL("\(identifier: $0)") }
        let places = columns.map { _ in SQL("\(.null)") }
        let changes = columns.filter { !key.contains($0) }
            .map { SQL("\(identifier: $0) = excluded.\(identifier: $0)") }
        let conflict: SQL = " ON CONFLICT (\(.joined(key.map { "\(identifier: $0)" }, separator: ", "))) DO "
        let insert: SQL =
            "INSERT INTO \(identifier: table) (\(.joined(names, separator: ", "))) VALUES (\(.joined(places, separator: ", ")))"
        return insert + conflict + (changes.isEmpty ? "NOTHING" : "UPDATE SET \(.joined(changes, separator: ", "))")
    }

    /// The day (days since 1970, UTC) in which a moment in milliseconds lies, also before 1970.
    public func day(ofMilliseconds moment: SQL) -> SQL {
        "((\(moment)) - (((\(moment)) % 86400000) + 86400000) % 86400000) / 86400000"
    }

    /// A part of a day given in days since 1970.
    public func part(_ part: DatePart, ofDay day: SQL) -> SQL {
        switch part {
        case .year: date("'%Y'", day)
        case .quarter: "((\(date("'%m'", day))) + 2) / 3"
        case .month: date("'%m'", day)
        case .dayInMonth: date("'%d'", day)
        case .dayInYear: date("'%j'", day)
        // 1970-01-01 was a Thursday, the fifth day of a week that begins on Sunday.
        case .dayInWeek: "((((\(day)) + 4) % 7 + 7) % 7) + 1"
        case .weekInMonth: "((\(date("'%d'", day))) + 6) / 7"
        case .weekInYear: "((\(date("'%j'", day))) + 6) / 7"
        }
    }

    /// The hour (0 to 23, UTC) of a moment in milliseconds.
    public func hour(ofMilliseconds moment: SQL) -> SQL {
        "((((\(moment)) % 86400000) + 86400000) % 86400000) / 3600000"
    }

    private func date(_ format: SQL, _ day: SQL) -> SQL {
        "CAST(strftime(\(format), (\(day)) * 86400, 'unixepoch') AS INTEGER)"
    }
}

/// The parts of a date by which results are grouped and filtered.
public enum DatePart: Sendable {
    case year, quarter, month, dayInMonth, dayInYear
    /// 1 is Sunday.
    case dayInWeek
    /// The first seven days are week 1.
    case weekInMonth, weekInYear
}
