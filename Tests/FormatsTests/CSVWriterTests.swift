import Formats
import Records
import Testing

/// One row of a result, as a store would hand it over.
final class FixedCells: Cells {
    let values: [Value]
    private let texts: [UnsafeBufferPointer<UInt8>]

    init(values: [Value]) {
        self.values = values
        texts = values.map { value in
            let bytes = if case .bytes(let bytes) = value { bytes } else { Array((value.text ?? "").utf8) }
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
            _ = copy.initialize(from: bytes)
            return UnsafeBufferPointer(copy)
        }
    }

    deinit { for text in texts { text.deallocate() } }

    func isNull(_ column: Int) -> Bool { values[column].isNull }
    func int64(_ column: Int) -> Int64 {
        switch values[column] {
        case .integer(let number): number
        case .boolean(let truth): truth ? 1 : 0
        case .id(let id): id.rawValue
        case .datetime(let instant): instant.milliseconds
        case .date(let day): Int64(day.daysSince1970)
        case .time(let time): Int64(time.milliseconds)
        default: 0
        }
    }
    func double(_ column: Int) -> Double { if case .double(let number) = values[column] { number } else { 0 } }
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> { texts[column] }

    /// A cell of each kind.
    static func sample() throws -> (cells: FixedCells, types: [FieldType]) {
        let prefix = try #require(KeyPrefix("003"))
        let instant = try #require(Instant("2026-11-23T09:30:00.000Z"))
        let day = try #require(Day("2026-11-23"))
        let cells = FixedCells(values: [
            .id(RecordID(prefix: prefix, sequence: 1)), "佐藤, \"x\"", true, .integer(-42), .double(1), .double(1e10),
            .double(0.1), .date(day), .datetime(instant), .time(instant.timeOfDay), .bytes([1, 2, 3, 255]), nil,
        ])
        return (
            cells,
            [.id, .string, .boolean, .int, .double, .currency, .percent, .date, .datetime, .time, .base64, .string]
        )
    }
}

struct CSVWriterTests {
    @Test(arguments: [0x2C, 0x22, 0x0A, 0x0D] as [UInt8])
    func `what must be quoted is seen at every place of a text of every length`(special: UInt8) {
        for count in 1...20 {
            #expect(line([UInt8](repeating: 0x61, count: count)).first == 0x61)
            for place in 0..<count {
                var text = [UInt8](repeating: 0x61, count: count)
                text[place] = special
                #expect(line(text).first == 0x22, "\(count) bytes, at \(place)")
            }
        }
    }

    private func line(_ text: [UInt8]) -> [UInt8] {
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        text.withUnsafeBufferPointer { csv.text($0) }
        return csv.bytes
    }

    @Test func `cells are written in the platform's forms`() throws {
        let (cells, types) = try FixedCells.sample()
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        CellBlock([cells.values], columnCount: types.count).forEachRow { csv.row($0) }
        let id = cells.values[0].id?.description ?? ""
        #expect(
            String(decoding: csv.bytes, as: UTF8.self) == """
                \(id),"佐藤, ""x""\",true,-42,1.0,10000000000.0,0.1,2026-11-23,2026-11-23T09:30:00.000Z,09:30:00.000Z,AQID/w==,

                """)
        var again = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        for value in cells.values { again.value(value) }
        again.endRow()
        #expect(again.bytes == csv.bytes)
    }

    @Test func `quoting always quotes the empty too, and CRLF ends rows`() {
        var csv = CSVWriter(delimiter: .semicolon, lineEnding: .crlf, quoting: .always)
        csv.text("a")
        csv.null()
        csv.value(.double(1e300))
        csv.endRow()
        #expect(csv.bytes == Array("\"a\";\"\";\"1\(String(repeating: "0", count: 300)).0\"\r\n".utf8))
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
    func `a formula is defused only when asked for`(text: String) {
        var plain = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        plain.text(text)
        #expect(!plain.bytes.contains(0x27))
        var safe = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded, isSpreadsheetSafe: true)
        safe.text(text)
        #expect(safe.bytes == Array("\"'\(text)\"".utf8))
    }

    @Test(arguments: [
        0.1, 1e-7, -1.5e-10, 123456789.125, 1e16, 9.007199254740993e15, 1.7976931348623157e308, 5e-324, -0.0,
    ])
    func `doubles read back as they were, without an exponent`(number: Double) throws {
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        csv.value(.double(number))
        let text = String(decoding: csv.bytes, as: UTF8.self)
        #expect(!text.contains("e") && text.contains("."))
        #expect(try #require(Double(text)).bitPattern == number.bitPattern)
    }

    @Test(arguments: [CSVWriter.Quoting.whenNeeded, .always], [false, true])
    func `a row is written at once as it is value by value`(quoting: CSVWriter.Quoting, isSafe: Bool) {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = Generator(seed: seed)
        let numbers: [Value] = [
            .double(.nan), .double(-.infinity), .double(-0.0), .double(.leastNonzeroMagnitude), .integer(.min),
            .integer(0), .double(-.greatestFiniteMagnitude), .null, .boolean(false), .bytes([]),
        ]
        for _ in 0..<300 {
            let row = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? .text(generator.text(charactersMax: 30)) : numbers.randomElement(using: &generator) ?? .null
            }
            var one = CSVWriter(delimiter: .comma, lineEnding: .crlf, quoting: quoting, isSpreadsheetSafe: isSafe)
            for value in row { one.value(value) }
            one.endRow()
            var whole = CSVWriter(delimiter: .comma, lineEnding: .crlf, quoting: quoting, isSpreadsheetSafe: isSafe)
            CellBlock([row], columnCount: row.count).forEachRow { whole.row($0) }
            #expect(whole.bytes == one.bytes, "seed \(seed)")
        }
    }

    @Test(arguments: CSVDelimiter.allCases, LineEnding.allCases)
    func `whatever is written reads back equal`(delimiter: CSVDelimiter, ending: LineEnding) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = Generator(seed: seed)
        for round in 0..<60 {
            let columns = Int.random(in: 1...6, using: &generator)
            let rows = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
                (0..<columns).map { _ in generator.text(charactersMax: 12) }
            }
            let header = (0..<columns).map { "C\($0)" }
            var csv = CSVWriter(
                delimiter: delimiter, lineEnding: ending, quoting: round.isMultiple(of: 2) ? .always : .whenNeeded)
            for row in [header] + rows {
                for cell in row { csv.text(cell) }
                csv.endRow()
            }
            let chunk = Int.random(in: 1...40, using: &generator)
            let back = try read(csv.bytes, chunk: chunk, delimiter: delimiter)
            #expect(back.header == header)
            #expect(back.rows.map(\.cells) == rows, "seed \(seed), chunk \(chunk)")
            #expect(back.rows.allSatisfy { $0.fault == nil }, "seed \(seed), chunk \(chunk)")
        }
    }
}
