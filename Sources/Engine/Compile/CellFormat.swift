import Foundation
import Records

/// How `FORMAT` shows the values of a column: as the user's locale writes numbers, amounts, dates and times.
struct CellFormat: Sendable {
    /// Of the values as they are stored.
    let type: FieldType
    private let show: @Sendable (any Cells, Int) -> String

    /// Nil for types that are shown as they are.
    /// - Parameter scale: Digits behind the point, of numbers that are no amounts.
    init?(_ type: FieldType, scale: Int, for viewer: Viewer) {
        self.type = type
        let locale = Locale(identifier: viewer.locale)
        let timeZone = TimeZone(identifier: viewer.timeZone) ?? .gmt
        // The digits and signs of its language, the days of our calendar.
        var calendar = Calendar(identifier: .gregorian)
        calendar.locale = locale
        let dates = Date.FormatStyle(locale: locale, calendar: calendar, timeZone: .gmt)
        let days = dates.year().month(.defaultDigits).day(.defaultDigits)
        switch type {
        case .int, .long:
            let style = IntegerFormatStyle<Int64>(locale: locale)
            show = { cells, place in cells.int64(place).formatted(style) }
        case .double:
            let style = FloatingPointFormatStyle<Double>(locale: locale).precision(.fractionLength(scale))
            show = { cells, place in cells.double(place).formatted(style) }
        case .percent:
            let style = FloatingPointFormatStyle<Double>.Percent(locale: locale).precision(.fractionLength(scale))
            show = { cells, place in (cells.double(place) / 100).formatted(style) }
        case .currency:
            let style = FloatingPointFormatStyle<Double>.Currency(code: viewer.currency, locale: locale)
            show = { cells, place in cells.double(place).formatted(style) }
        case .date:
            show = { cells, place in
                Date(timeIntervalSince1970: Double(cells.int64(place)) * 86_400).formatted(days)
            }
        case .datetime:
            var style = days.hour().minute()
            style.timeZone = timeZone
            show = { [style] cells, place in
                Date(timeIntervalSince1970: Double(cells.int64(place)) / 1000).formatted(style)
            }
        case .time:
            let style = dates.hour().minute()
            show = { cells, place in
                Date(timeIntervalSince1970: Double(cells.int64(place)) / 1000).formatted(style)
            }
        default: return nil
        }
    }

    /// The text of a cell that is not null.
    func text(_ cells: any Cells, _ place: Int) -> String {
        // With the spaces that everybody types.
        show(cells, place).replacing("\u{202F}", with: " ").replacing("\u{00A0}", with: " ")
    }
}

/// A row some of whose cells are texts that `FORMAT` made.
final class FormattedCells: Cells {
    private let row: any Cells
    private var places: [Int: Range<Int>] = [:]
    private let memory: UnsafeMutableBufferPointer<UInt8>

    init(_ row: any Cells, _ formats: [Int: CellFormat]) {
        self.row = row
        var bytes: [UInt8] = []
        for (place, format) in formats where !row.isNull(place) {
            let start = bytes.count
            bytes += format.text(row, place).utf8
            places[place] = start..<bytes.count
        }
        memory = .allocate(capacity: bytes.count)
        _ = memory.initialize(from: bytes)
    }

    deinit { memory.deallocate() }

    func isNull(_ column: Int) -> Bool { row.isNull(column) }
    func int64(_ column: Int) -> Int64 { row.int64(column) }
    func double(_ column: Int) -> Double { row.double(column) }

    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        guard let range = places[column] else { return row.bytes(column) }
        return UnsafeBufferPointer(rebasing: memory[range])
    }
}
