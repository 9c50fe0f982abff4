import Records
import SOQL
import Store

extension QueryCompiler {
    /// A field or function, wherever it stands. Aliases of the select list count where `selection` has them.
    func operand(_ expression: Expression, _ scope: Scope, _ selection: Selection) throws -> Operand {
        guard let sets = selection.sets else { return try plainOperand(expression, scope, selection) }
        if case .grouping(let path, let position) = expression {
            guard let flag = sets.isLeftOut(try scope.field(path)) else {
                throw context.error(
                    .malformedQuery, "GROUPING takes a field of the ROLLUP or CUBE: \(path.text)", at: position)
            }
            return flag
        }
        // What stands inside of an expression is not what is grouped by, but a part of it.
        var plain = selection
        plain.sets = nil
        return sets.shown(try plainOperand(expression, scope, plain))
    }

    private func plainOperand(_ expression: Expression, _ scope: Scope, _ selection: Selection) throws -> Operand {
        switch expression {
        case .field(let path):
            if path.names.count == 1, let named = selection.aliases[path.last.lowercased()] { return named }
            return try scope.field(path)
        case .aggregate(let function, let inner, let position):
            return try aggregate(function, inner, position, scope, selection)
        case .datePart(let part, let inner, let position):
            return try datePart(part, inner, position, scope, selection)
        case .convertTimezone(let path, let position):
            let moment = try scope.field(path)
            guard moment.type == .datetime else {
                throw context.error(.malformedQuery, "convertTimezone takes a field of type dateTime.", at: position)
            }
            return moment.with(sql: LocalTime(context.viewer.timeZone).shifted(moment.sql), type: .datetime)
        case .toLabel(let path, _): return label(try scope.field(path))
        // An organisation has one currency, so a field's value is already in the user's.
        case .convertCurrency(let path, _): return try scope.field(path)
        case .format(let inner, _): return formatted(try operand(inner, scope, selection))
        case .distance(let distance): return try self.distance(distance, scope)
        case .grouping(_, let position):
            throw context.error(.malformedQuery, "GROUPING is for queries with ROLLUP or CUBE.", at: position)
        case .formula(_, let position): throw unsupported("FORMULA", position)
        }
    }

    private func aggregate(
        _ function: Aggregate, _ inner: Expression?, _ position: Position, _ scope: Scope, _ selection: Selection
    ) throws -> Operand {
        guard let inner else {
            return Operand(
                sql: "COUNT(*)", type: .int, name: "COUNT", object: "AggregateResult", isNillable: false, field: nil
            )
        }
        let value = try operand(inner, scope, Selection())
        let isNumber = [.int, .long, .double, .currency, .percent].contains(value.type)
        let fits =
            switch function {
            case .sum, .average: isNumber
            case .minimum, .maximum: value.type.storage != nil && value.type != .boolean && value.type != .base64
            case .count, .countDistinct: value.type.storage != nil
            }
        guard fits else {
            throw context.error(
                .malformedQuery, "field \(value.name) does not support aggregate operator \(function.rawValue)",
                at: position
            )
        }
        if let encryption = value.field?.encryption, function != .count {
            guard function == .countDistinct else { throw encrypted("aggregated", value, position) }
            let told = try told(value, encryption, "counted", position)
            return Operand(
                sql: "COUNT(DISTINCT \(told))", type: .int, name: value.name,
                object: "AggregateResult", isNillable: true, field: nil)
        }
        let (sql, type): (SQL, FieldType) =
            switch function {
            case .count: ("COUNT(\(value.sql))", .int)
            case .countDistinct: ("COUNT(DISTINCT \(value.sql))", .int)
            case .sum: ("SUM(\(value.sql))", value.type == .int ? .long : value.type)
            case .average: ("AVG(\(value.sql))", .double)
            case .minimum: ("MIN(\(value.sql))", value.type)
            case .maximum: ("MAX(\(value.sql))", value.type)
            }
        return Operand(sql: sql, type: type, name: value.name, object: "AggregateResult", isNillable: true, field: nil)
    }

    private func datePart(
        _ part: SOQL.DatePart, _ inner: Expression, _ position: Position, _ scope: Scope, _ selection: Selection
    ) throws -> Operand {
        let value = try operand(inner, scope, selection)
        let isMoment = value.type == .datetime
        guard isMoment || value.type == .date && part != .hourInDay else {
            throw context.error(
                .malformedQuery,
                "\(part.rawValue) takes a date or dateTime; '\(value.name)' is of type \(value.type.rawValue).",
                at: position
            )
        }
        let dialect = context.dialect
        let day = isMoment ? dialect.day(ofMilliseconds: value.sql) : value.sql
        func number(_ part: DatabaseDatePart) -> Operand { value.with(sql: dialect.part(part, ofDay: day), type: .int) }
        return switch part {
        case .calendarYear, .fiscalYear: number(.year)
        case .calendarQuarter, .fiscalQuarter: number(.quarter)
        case .calendarMonth, .fiscalMonth: number(.month)
        case .dayInMonth: number(.dayInMonth)
        case .dayInWeek: number(.dayInWeek)
        case .dayInYear: number(.dayInYear)
        case .weekInMonth: number(.weekInMonth)
        case .weekInYear: number(.weekInYear)
        case .dayOnly: value.with(sql: day, type: .date)
        case .hourInDay: value.with(sql: dialect.hour(ofMilliseconds: value.sql), type: .int)
        }
    }

    /// The label of a picklist's value in the user's language; other fields as they are.
    private func label(_ value: Operand) -> Operand {
        guard let picklist = value.field?.picklist, !picklist.isEmpty else { return value }
        let cases = picklist.map { choice -> SQL in
            let label = context.viewer.language == "ja" ? choice.labelJa : choice.label
            return " WHEN \(.text(choice.value)) THEN \(.text(label))"
        }
        return value.with(
            sql: "(CASE \(value.sql)\(.joined(cases, separator: "")) ELSE \(value.sql) END)", type: .string)
    }

    func unsupported(_ function: String, _ position: Position) -> PlatformError {
        context.error(.malformedQuery, "The function \(function) is not supported.", at: position)
    }
}

extension QueryCompiler {
    /// As the viewer's locale shows it; texts and the like as they are.
    private func formatted(_ value: Operand) -> Operand {
        var shown = value
        shown.format = CellFormat(value.type, scale: value.field?.scale ?? 2, for: context.viewer)
        return shown
    }
}

extension Operand {
    /// The type of what is answered.
    var shownType: FieldType { format == nil ? type : .string }

    func with(sql: SQL, type: FieldType, field: Field? = nil) -> Operand {
        Operand(sql: sql, type: type, name: name, object: object, isNillable: isNillable, field: field)
    }
}
