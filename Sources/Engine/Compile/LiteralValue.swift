import Records
import SOQL

/// What a literal means for a field of some type.
enum LiteralValue {
    case null
    case value(Value)
    /// A stretch of days or of time: the first value inside, and the first behind.
    case range(Value, Value)
}

extension QueryContext {
    /// Reads a literal as a value of the operand's type, or says what the platform says of a wrong one.
    func value(_ literal: Literal, for operand: Operand) throws -> LiteralValue {
        switch literal.kind {
        case .null: return .null
        case .bind(let bind):
            guard case .one(let value) = try bound(bind, at: literal.position) else {
                throw error(
                    .malformedQuery, "The variable '\(bind.expression)' holds a list; use IN.", at: literal.position)
            }
            return try converted(value, for: operand, at: literal.position)
        case .relative(let relative): return try range(relative, for: operand, at: literal.position)
        case .string(let text): return try converted(.text(text), for: operand, at: literal.position, isQuoted: true)
        case .boolean(let truth): return try converted(.boolean(truth), for: operand, at: literal.position)
        case .integer(let number): return try converted(.integer(number), for: operand, at: literal.position)
        case .double(let number): return try converted(.double(number), for: operand, at: literal.position)
        case .date(let day): return try converted(.date(day), for: operand, at: literal.position)
        case .datetime(let instant): return try converted(.datetime(instant), for: operand, at: literal.position)
        case .time(let time): return try converted(.time(time), for: operand, at: literal.position)
        case .currency(_, let amount): return try converted(.double(amount), for: operand, at: literal.position)
        }
    }

    /// The values of a list; a bind variable may stand for several.
    func values(_ literals: [Literal], for operand: Operand) throws -> [LiteralValue] {
        try literals.flatMap { literal -> [LiteralValue] in
            guard case .bind(let bind) = literal.kind, case .many(let values) = try bound(bind, at: literal.position)
            else {
                return [try value(literal, for: operand)]
            }
            return try values.map { try converted($0, for: operand, at: literal.position) }
        }
    }

    /// A count, as after `LIMIT`.
    func count(_ literal: Literal) throws -> Int {
        switch literal.kind {
        case .integer(let number): return Int(clamping: number)
        case .bind(let bind):
            if case .one(.integer(let number)) = try bound(bind, at: literal.position), number >= 0 {
                return Int(clamping: number)
            }
        default: break
        }
        throw error(.malformedQuery, "A number that is not negative is expected here.", at: literal.position)
    }

    private func bound(_ bind: Bind, at position: Position) throws -> BoundValue {
        guard let value = bindings[bind.expression] else {
            throw error(.malformedQuery, "Variable does not exist: \(bind.expression)", at: position)
        }
        return value
    }

    private func range(_ literal: DateLiteral, for operand: Operand, at position: Position) throws -> LiteralValue {
        let calendar = LocalTime(viewer.timeZone).calendar
        switch operand.type {
        case .date:
            let days = literal.days(today: calendar.day(of: now), calendar: calendar)
            return .range(.date(days.lowerBound), .date(days.upperBound))
        case .datetime:
            let moments = literal.range(now: now, calendar: calendar)
            return .range(.datetime(moments.lowerBound), .datetime(moments.upperBound))
        default: throw wrongType(operand, at: position, isQuoted: false)
        }
    }

    private func converted(
        _ value: Value, for operand: Operand, at position: Position, isQuoted: Bool = false
    ) throws -> LiteralValue {
        switch (operand.type, value) {
        case (_, .null): return .null
        case (.id, .text(let text)), (.reference, .text(let text)):
            if text.isEmpty { return .null }
            guard let id = RecordID(text) else {
                throw error(.invalidQueryFilterOperator, "invalid ID field: \(text)", at: position)
            }
            return .value(.id(id))
        case (.id, .id), (.reference, .id), (.boolean, .boolean), (.date, .date), (.datetime, .datetime),
            (.time, .time):
            return .value(value)
        case (.int, .integer), (.long, .integer), (.int, .double), (.long, .double), (.double, .double),
            (.currency, .double), (.percent, .double):
            return .value(value)
        case (.double, .integer(let number)), (.currency, .integer(let number)), (.percent, .integer(let number)):
            return .value(.double(Double(number)))
        case (_, .text(let text)) where operand.type.storage == .text:
            // An empty text is stored as null, so that is what is looked for.
            return text.isEmpty ? .null : .value(value)
        case (_, .id(let id)) where operand.type.storage == .text: return .value(.text(id.description))
        // A bind variable may hand in any value as text; a literal in quotes may not.
        case (.date, .text(let text)) where !isQuoted:
            if let day = Day(text) { return .value(.date(day)) }
        case (.datetime, .text(let text)) where !isQuoted:
            if let instant = Instant(text) { return .value(.datetime(instant)) }
        default: break
        }
        throw wrongType(operand, at: position, isQuoted: isQuoted)
    }

    private func wrongType(_ operand: Operand, at position: Position, isQuoted: Bool) -> PlatformError {
        let type =
            switch operand.type {
            case .datetime: "dateTime"
            case .currency, .percent: "double"
            default: operand.type.storage == .text ? "string" : operand.type.rawValue
            }
        let quotes = operand.type.storage == .text ? "should be enclosed in quotes" : "should not be enclosed in quotes"
        return error(
            .invalidField,
            "value of filter criterion for field '\(operand.name)' must be of type \(type) and \(quotes)",
            at: position
        )
    }
}
