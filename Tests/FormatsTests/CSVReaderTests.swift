import Formats
import Records
import Testing

/// What a reader gave for one row.
struct ReadRow: Equatable {
    var number: Int
    var line: Int
    var cells: [String]
    var fault: CSVFault?
}

/// Feeds bytes in chunks of a size and takes all rows.
func read(_ bytes: [UInt8], chunk: Int = 1 << 20, delimiter: CSVDelimiter? = nil, limits: CSVLimits = CSVLimits())
    throws -> (header: [String], rows: [ReadRow])
{
    var reader = CSVReader(delimiter: delimiter, limits: limits)
    var rest = bytes[...]
    var rows: [ReadRow] = []
    while true {
        switch try reader.next() {
        case .row:
            rows.append(
                ReadRow(number: reader.rowNumber, line: reader.line, cells: reader.strings(), fault: reader.fault))
        case .needsInput:
            if rest.isEmpty { reader.finish() } else { reader.feed(rest.prefix(chunk)) }
            rest = rest.dropFirst(chunk)
        case .end:
            return (reader.header, rows)
        }
    }
}

struct CSVReaderTests {
    @Test(arguments: ["\n", "\r\n", "\r"])
    func `every line ending ends a row`(ending: String) throws {
        let text = ["A,B", "1,2", "", "3,"].joined(separator: ending)
        let (header, rows) = try read(Array(text.utf8), chunk: 1)
        #expect(header == ["A", "B"])
        #expect(
            rows == [
                ReadRow(number: 1, line: 2, cells: ["1", "2"]), ReadRow(number: 2, line: 4, cells: ["3", ""]),
            ])
    }

    @Test func `quoted cells keep delimiters, quotes and line breaks to the byte`() throws {
        let text = "A,B\n\"a \"\"b\"\", c\nd\",\"line\r\nbreak\"\nlast,\"\"\n"
        for chunk in 1...text.utf8.count {
            let (_, rows) = try read(Array(text.utf8), chunk: chunk)
            #expect(
                rows == [
                    ReadRow(number: 1, line: 2, cells: ["a \"b\", c\nd", "line\r\nbreak"]),
                    ReadRow(number: 2, line: 5, cells: ["last", ""]),
                ])
        }
    }

    @Test func `a byte order mark is no part of the first name`() throws {
        for chunk in 1...4 {
            #expect(
                try read([0xEF, 0xBB, 0xBF] + Array("Name, City \nx,y\n".utf8), chunk: chunk).header == [
                    "Name", "City",
                ])
        }
    }

    @Test(arguments: CSVDelimiter.allCases)
    func `the delimiter is detected from the header`(delimiter: CSVDelimiter) throws {
        let mark = String(UnicodeScalar(delimiter.rawValue))
        let text = "\"a,b;c\"\(mark)City\(mark)Zip\n1\(mark)2\(mark)3"
        let (header, rows) = try read(Array(text.utf8), chunk: 3)
        #expect(header == ["a,b;c", "City", "Zip"])
        #expect(rows.map(\.cells) == [["1", "2", "3"]])
        #expect(CSVDelimiter(wireName: delimiter.wireName.lowercased()) == delimiter)
    }

    @Test func `rows that cannot be taken say why, and the next row is read`() throws {
        let text: [UInt8] =
            Array("A,B\n1\n1,2,3\na\0b,x\nx,".utf8) + [0xFF, 0xFE]
            + Array("\n\"a\"b,x\nok,ok\n\"open,x\nswallowed,row\n".utf8)
        let (_, rows) = try read(text, chunk: 2)
        #expect(
            rows.map(\.fault) == [
                .columnCount(found: 1, expected: 2), .columnCount(found: 3, expected: 2), .nul(column: 0),
                .notUTF8(column: 1), .textAfterQuote(column: 0), nil, .quoteNotClosed(column: 0, line: 8),
            ])
        #expect(rows.map(\.line) == [2, 3, 4, 5, 6, 7, 8])
        #expect(rows[0].fault?.message == "1 of 2 columns")
    }

    @Test func `a quote never closed costs no more memory than a row may have`() throws {
        var limits = CSVLimits()
        limits.rowBytesMax = 1000
        var reader = CSVReader(delimiter: .comma, limits: limits)
        reader.feed(Array("A,B\n1,\"".utf8))
        #expect(try reader.next() == .needsInput)
        for _ in 0..<1000 {
            reader.feed(Array(repeating: UInt8(ascii: "x"), count: 999) + [0x0A])
            #expect(try reader.next() == .needsInput)
            #expect(reader.bufferedBytes <= 2100)
        }
        reader.finish()
        #expect(try reader.next() == .row)
        #expect(reader.fault == .quoteNotClosed(column: 1, line: 2))
        #expect(try reader.next() == .end)
    }

    @Test func `a row or a cell that is too long is refused and the next is read`() throws {
        var limits = CSVLimits()
        limits.rowBytesMax = 100
        limits.cellCharactersMax = 5
        let text = "A,B\n\(String(repeating: "x", count: 300)),y\n佐藤佐藤佐,y\nabcdef,y\n1,2\n"
        for chunk in [1, 7, 64, 1000] {
            let (_, rows) = try read(Array(text.utf8), chunk: chunk, limits: limits)
            #expect(
                rows.map(\.fault) == [
                    .rowTooLong(bytesMax: 100), nil, .cellTooLong(column: 0, charactersMax: 5), nil,
                ])
            #expect(rows[3].cells == ["1", "2"])
        }
    }

    @Test(arguments: ["\"A,B\nx,y", "A,\0\n", "\"A\"x,B\n"])
    func `a header that cannot be read is no CSV`(text: String) {
        #expect(throws: FormatError.self) { try read(Array(text.utf8)) }
    }

    @Test func `empty input has no header and no rows`() throws {
        let (header, rows) = try read([])
        #expect(header.isEmpty && rows.isEmpty)
    }

    @Test func `cells become texts, and empty cells null`() throws {
        var reader = CSVReader()
        reader.feed(Array("A,B,C\n1,,\"\"\"\"\n".utf8))
        #expect(try reader.next() == .row)
        #expect(reader.values() == ["1", nil, "\""])
        #expect(reader.values(of: [2, 0]) == ["\"", "1"])
    }

    @Test func `arbitrary bytes never stop the reader, and chunks make no difference`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = Generator(seed: seed)
        let alphabet: [UInt8] = [
            0x22, 0x22, 0x2C, 0x0A, 0x0D, 0, 0x61, 0x62, 0x80, 0xE3, 0x81, 0x82, 0xFF, 0xEF, 0xBB, 0xBF,
        ]
        var limits = CSVLimits()
        limits.cellCharactersMax = 8
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...120, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let whole = Result { try read(bytes, delimiter: .comma, limits: limits) }
            let chunk = Int.random(in: 1...9, using: &generator)
            let parts = Result { try read(bytes, chunk: chunk, delimiter: .comma, limits: limits) }
            switch (whole, parts) {
            case (.success(let a), .success(let b)):
                #expect(a.header == b.header && a.rows == b.rows, "seed \(seed), chunk \(chunk), \(bytes)")
            case (.failure, .failure): break
            default: Issue.record("seed \(seed), chunk \(chunk): whole and parts differ for \(bytes)")
            }
        }
    }
}
