import Records

/// The step that sets what the product itself gives: stamps, owner, defaults, numbers, names, flags.
enum StampStep {
    static func set(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        try self.set(&set, transaction.session.user, transaction.now) { try transaction.number($0) }
    }

    /// - Parameter number: Gives the next number of a sequence.
    static func set(
        _ set: inout WriteSet, _ user: RecordID, _ now: Instant, number next: (String) throws -> Int64
    ) rethrows {
        stamps(&set, user, now)
        if set.operation == .create {
            owner(&set, user)
            defaults(&set)
            for field in set.object.fields where field.isAutoNumber {
                let sequence = "\(set.object.name).\(field.name)"
                try number(&set, field) { try next(sequence) }
            }
        }
        names(&set)
        flags(&set, now)
    }

    /// Who and when. A value that was handed in by somebody who may stays.
    private static func stamps(_ set: inout WriteSet, _ user: RecordID, _ now: Instant) {
        var stamps: [(String, Value, keeps: Bool)] = [
            ("LastModifiedDate", .datetime(now), true), ("LastModifiedById", .id(user), true),
            ("SystemModstamp", .datetime(now), false),
        ]
        if set.operation == .create {
            stamps += [("CreatedDate", .datetime(now), true), ("CreatedById", .id(user), true)]
        }
        for (name, value, keeps) in stamps {
            let isGiven = set.operation == .create && keeps && set.column(name) != nil
            fill(&set, name, value, onlyNulls: isGiven)
        }
    }

    private static func owner(_ set: inout WriteSet, _ user: RecordID) {
        fill(&set, "OwnerId", .id(user), onlyNulls: true)
    }

    /// What a field holds when nobody says otherwise. A blank that was handed in is a blank, but for a boolean.
    private static func defaults(_ set: inout WriteSet) {
        for field in set.object.fields where set.column(field.name) == nil && !field.isAutoNumber {
            switch field.defaultValue {
            // The table's own default.
            case .null, .boolean(false): continue
            default: fill(&set, field.name, field.defaultValue, onlyNulls: false)
            }
        }
        for field in set.fields where field.type == .boolean {
            fill(&set, field.name, field.defaultValue, onlyNulls: true)
        }
        // A required picklist with a default is never missing.
        for field in set.fields where !field.isNillable && !field.picklist.isEmpty && !field.defaultValue.isNull {
            fill(&set, field.name, field.defaultValue, onlyNulls: true)
        }
    }

    private static func number(_ set: inout WriteSet, _ field: Field, _ next: () throws -> Int64) rethrows {
        guard let column = set.addColumn(field.name) else { return }
        for row in set.rows.indices where set.rows[row].refusals.isEmpty {
            set.cells.set(.text(AutoNumber.text(try next(), format: field.autoNumberFormat)), row, column)
        }
    }

    private static func names(_ set: inout WriteSet) {
        guard let field = set.object.field("Name"), WholeName.isComputed(field, of: set.object),
            set.operation == .create || set.column("FirstName") != nil || set.column("LastName") != nil,
            let column = set.addColumn("Name")
        else { return }
        if set.operation == .create, let last = set.column("LastName") {
            return WholeName.fill(column, first: set.column("FirstName"), last: last, of: &set.cells)
        }
        for row in set.rows.indices {
            let name = WholeName.join(first: set.value("FirstName", of: row), last: set.value("LastName", of: row))
            set.cells.set(name, row, column)
        }
    }

    /// Flags that follow from a status.
    private static func flags(_ set: inout WriteSet, _ now: Instant) {
        switch set.object.name {
        case "Case" where set.operation == .create || set.column("Status") != nil:
            close(&set, flag: "IsClosed", date: "ClosedDate", now)
        case "Task" where set.operation == .create || set.column("Status") != nil:
            close(&set, flag: "IsClosed", date: "CompletedDateTime", now)
        case "Attachment" where set.column("Body") != nil: length(&set, "BodyLength", of: "Body")
        case "ContentVersion" where set.column("VersionData") != nil: length(&set, "ContentSize", of: "VersionData")
        default: break
        }
        guard set.object.name == "Task", set.operation == .create || set.column("Priority") != nil,
            let column = set.addColumn("IsHighPriority")
        else { return }
        for row in set.rows.indices {
            set.cells[row, column] = .boolean(set.value("Priority", of: row).text == "High")
        }
    }

    /// How many bytes a file has.
    private static func length(_ set: inout WriteSet, _ name: String, of file: String) {
        guard let bytes = set.column(file), let column = set.addColumn(name) else { return }
        for row in set.rows.indices {
            let file = set.cells[row, bytes]
            set.cells[row, column] = Cell(.integer, file.isNull ? 0 : Int64(file.count))
        }
    }

    /// The moment is that of the change that closed it; reopened, it has none. A status that the picklist does not have, as
    /// records from elsewhere may, tells by its beginning: `Closed by customer`.
    private static func close(_ set: inout WriteSet, flag: String, date: String, _ now: Instant) {
        let values = set.object.field("Status")?.picklist ?? []
        let known = Dictionary(values.map { ($0.value.lowercased(), $0.isClosed) }) { first, _ in first }
        func isClosed(_ status: String) -> Bool { known[status.lowercased()] ?? status.hasPrefix("Closed") }
        guard let flagColumn = set.addColumn(flag), let dateColumn = set.addColumn(date) else { return }
        for row in set.rows.indices {
            let closed = isClosed(set.value("Status", of: row).text ?? "")
            set.cells[row, flagColumn] = .boolean(closed)
            if closed, !set.cells[row, dateColumn].isNull { continue }
            set.cells[row, dateColumn] = closed ? Cell(.datetime, now.milliseconds) : .null
        }
    }

    private static func fill(_ set: inout WriteSet, _ name: String, _ value: Value, onlyNulls: Bool) {
        guard let column = set.addColumn(name) else { return }
        set.cells.fill(value, column, onlyNulls: onlyNulls)
    }
}
