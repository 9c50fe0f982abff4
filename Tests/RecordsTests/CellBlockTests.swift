import Records
import Testing

struct CellBlockTests {
    private let rows: [[Value]] = [
        [.null, .boolean(true), .integer(-7), .double(1.5), .text("名前"), .date(Day(daysSince1970: -3))],
        [
            .text(""), .datetime(Instant(milliseconds: -1)), .time(TimeOfDay(milliseconds: 5)),
            .id(RecordID(rawValue: 1 << 50)), .bytes([0, 255]), .bytes([]),
        ],
    ]

    @Test func `values come out as they went in, also of blocks put together`() {
        var block = CellBlock(rows, columnCount: 6)
        block.append(CellBlock(rows, columnCount: 6))
        #expect(block.rowCount == 4)
        #expect((0..<4).map(block.values) == rows + rows)
    }

    @Test func `rows are read where they lie`() {
        var seen: [[Value]] = []
        CellBlock(rows, columnCount: 6).forEachRow(width: 5) { row in
            let types: [FieldType] =
                seen.isEmpty ? [.string, .boolean, .int, .double, .string] : [.string, .datetime, .time, .id, .base64]
            seen.append((0..<row.count).map { row.value($0, as: types[$0]) })
        }
        #expect(seen == rows.map { Array($0.prefix(5)) })
    }

    @Test func `parts of a text become cells, empty ones null`() {
        var block = CellBlock(columnCount: 3)
        let parts = [0..<2, 3..<3, 4..<7]
        Array("ab,,cde".utf8).withUnsafeBufferPointer { text in
            block.append(parts: text) { parts[$0] }
            block.append(parts: text) { parts[2 - $0] }
        }
        #expect(block.values(of: 0) == [.text("ab"), .null, .text("cde")])
        #expect(block.values(of: 1) == [.text("cde"), .null, .text("ab")])
    }
}
