import Formats
public import Foundation
public import Records

/// Where a column of somebody's file goes.
public struct ColumnTarget: Sendable, Equatable {
    /// A field, or the path to a parent's external id; empty: the column is left out.
    public var field: String
    /// How its dates are written, where that is not as ISO 8601 says.
    public var dateOrder: DateOrder?

    public init(field: String, dateOrder: DateOrder? = nil) {
        self.field = field
        self.dateOrder = dateOrder
    }

    public static let leftOut = ColumnTarget(field: "")
}

/// The order of the parts of a date that is not written as ISO 8601 says.
public enum DateOrder: String, Sendable, CaseIterable {
    case monthDayYear = "M/D/Y"
    case dayMonthYear = "D/M/Y"
    case yearMonthDay = "Y/M/D"
    case germanDayMonthYear = "D.M.Y"

    /// Nil when the text is no date in this order, or there is no such day.
    public func day(_ text: some StringProtocol) -> Day? {
        let parts = text.split(separator: self == .germanDayMonthYear ? "." : "/").map { Int($0) }
        guard parts.count == 3, let first = parts[0], let second = parts[1], let third = parts[2] else { return nil }
        return switch self {
        case .monthDayYear: Day(checkedYear: third, month: first, day: second)
        case .dayMonthYear, .germanDayMonthYear: Day(checkedYear: third, month: second, day: first)
        case .yearMonthDay: Day(checkedYear: first, month: second, day: third)
        }
    }

    /// A day, and a time of it where one stands behind (`2026/3/1 9:05`), as a clock in `zone` shows them.
    ///
    /// - Returns: Nil when the text is not of that form.
    public func moment(_ text: String, in zone: TimeZone) -> Instant? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard (1...2).contains(parts.count), let day = day(parts[0]) else { return nil }
        var seconds = 0
        if parts.count == 2 {
            let numbers = parts[1].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            guard (2...3).contains(numbers.count), (0..<24).contains(numbers[0]), (0..<60).contains(numbers[1]),
                (0..<60).contains(numbers.count == 3 ? numbers[2] : 0)
            else { return nil }
            seconds = numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
        }
        let local = Instant(startOf: day).adding(seconds: Int64(seconds))
        // The offset at about that moment, and then at the moment that it gives: they differ around a change of the clocks.
        let about = local.adding(seconds: -Self.offset(of: zone, at: local))
        return local.adding(seconds: -Self.offset(of: zone, at: about))
    }

    private static func offset(of zone: TimeZone, at instant: Instant) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000)))
    }
}

/// Turns the columns of a file into those of a batch.
struct ColumnTurn: Sendable {
    let fields: [String]
    private let places: [Int]
    private let dates: [(place: Int, order: DateOrder, isDay: Bool)]
    private let zone: TimeZone

    /// - Throws: ``BatchFault`` when a date goes to a field that holds none, or no column goes anywhere.
    init(_ targets: [ColumnTarget], zone: String?, object: ObjectSchema?) throws {
        var fields: [String] = []
        var places: [Int] = []
        var dates: [(place: Int, order: DateOrder, isDay: Bool)] = []
        for (place, target) in targets.enumerated() where !target.field.isEmpty {
            if let order = target.dateOrder {
                let type = object?.field(target.field)?.type
                guard object == nil || type == .date || type == .datetime else {
                    throw BatchFault("InvalidBatch : \(target.field) holds no dates")
                }
                dates.append((fields.count, order, type == .date))
            }
            fields.append(target.field)
            places.append(place)
        }
        if fields.isEmpty { throw BatchFault("InvalidBatch : No column goes to a field") }
        self.fields = fields
        self.places = places
        self.dates = dates
        self.zone = zone.flatMap(TimeZone.init(identifier:)) ?? .gmt
    }

    func values(of reader: CSVReader) throws(PlatformError) -> [Value] {
        guard let last = places.last, last < reader.cellCount else {
            throw PlatformError(.invalidTypeOnFieldInRecord, "\(reader.cellCount) columns are too few")
        }
        var values = reader.values(of: places)
        for (place, order, isDay) in dates {
            // What empties a field, and what is ISO already, is the door's to read.
            guard let text = values[place].text, text != "#N/A", Day(text) == nil, Instant(text) == nil else {
                continue
            }
            let value = isDay ? order.day(text).map(Value.date) : order.moment(text, in: zone).map(Value.datetime)
            guard let value else {
                throw PlatformError(
                    .invalidTypeOnFieldInRecord, "\(fields[place]): no such day in the order \(order.rawValue)",
                    fields: [fields[place]])
            }
            values[place] = value
        }
        return values
    }
}
