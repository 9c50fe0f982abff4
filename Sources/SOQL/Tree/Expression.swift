/// A field or a function: what may stand in a select list, on the left of a comparison, in `GROUP BY` and `ORDER BY`.
///
/// The parser takes every function in all of these places; which fit where is for the compiler, which knows the schema.
public indirect enum Expression: Hashable, Sendable {
    /// A field, or an alias of the select list in `HAVING` and `ORDER BY`.
    case field(Path)
    /// `COUNT()` has no argument; all others have one.
    case aggregate(Aggregate, of: Expression?, Position)
    /// `CALENDAR_YEAR(CreatedDate)`; its argument is a field or ``convertTimezone(_:_:)``.
    case datePart(DatePart, of: Expression, Position)
    /// `convertTimezone(CreatedDate)`: in the user's time zone.
    case convertTimezone(Path, Position)
    /// `toLabel(Status)`: in the user's language.
    case toLabel(Path, Position)
    /// `FORMAT(…)` of a field, an aggregate or `convertCurrency`: as the user's locale writes it.
    case format(Expression, Position)
    /// `convertCurrency(Amount)`: in the user's currency.
    case convertCurrency(Path, Position)
    /// `DISTANCE(Location__c, GEOLOCATION(35.6, 139.7), 'km')`.
    case distance(Distance)
    /// `GROUPING(Status)`: 1 in the subtotal rows of a rollup over the field.
    case grouping(Path, Position)
    /// `FORMULA('…')`: a formula, as text.
    case formula(String, Position)

    /// Where it begins.
    public var position: Position {
        switch self {
        case .field(let path): path.position
        case .distance(let distance): distance.position
        case .aggregate(_, _, let position), .datePart(_, _, let position), .convertTimezone(_, let position),
            .toLabel(_, let position), .format(_, let position), .convertCurrency(_, let position),
            .grouping(_, let position), .formula(_, let position):
            position
        }
    }
}

/// A function over the rows of a group.
public enum Aggregate: String, Hashable, Sendable, CaseIterable {
    case count = "COUNT"
    case countDistinct = "COUNT_DISTINCT"
    case sum = "SUM"
    case average = "AVG"
    case minimum = "MIN"
    case maximum = "MAX"
}

/// A function that takes a part out of a date or datetime.
public enum DatePart: String, Hashable, Sendable, CaseIterable {
    case calendarMonth = "CALENDAR_MONTH"
    case calendarQuarter = "CALENDAR_QUARTER"
    case calendarYear = "CALENDAR_YEAR"
    case dayInMonth = "DAY_IN_MONTH"
    case dayInWeek = "DAY_IN_WEEK"
    case dayInYear = "DAY_IN_YEAR"
    case dayOnly = "DAY_ONLY"
    case fiscalMonth = "FISCAL_MONTH"
    case fiscalQuarter = "FISCAL_QUARTER"
    case fiscalYear = "FISCAL_YEAR"
    case hourInDay = "HOUR_IN_DAY"
    case weekInMonth = "WEEK_IN_MONTH"
    case weekInYear = "WEEK_IN_YEAR"
}

/// How far a row's place is from another.
public struct Distance: Hashable, Sendable {
    /// Where to: a compound field, or latitude and longitude in degrees (numbers or bind variables).
    public enum Target: Hashable, Sendable {
        case field(Path)
        case geolocation(latitude: Literal, longitude: Literal)
    }

    public enum Unit: String, Hashable, Sendable, CaseIterable {
        case kilometres = "km"
        case miles = "mi"
    }

    /// A compound field: a location or an address.
    public let from: Path
    public let to: Target
    public let unit: Unit
    public let position: Position

    public init(from: Path, to: Target, unit: Unit, at position: Position = .start) {
        self.from = from
        self.to = to
        self.unit = unit
        self.position = position
    }
}
