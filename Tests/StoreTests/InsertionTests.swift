import Records
import Store
import Testing

struct InsertionTests {
    @Test(arguments: Driver.allCases, [[], [0], [15], [16], [3, 4, 17, 39], Array(0..<40)] as [[Int]])
    func `of rows inserted in bulk exactly the refused are named and the others stand`(
        driver: Driver, doubles: [Int]
    ) async throws {
        try await driver.withStore { store, _ in
            try await store.write { connection in
                try connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, a TEXT, same INTEGER, b TEXT)")
                try connection.execute("CREATE UNIQUE INDEX t_a ON t(a)")
                try connection.execute("INSERT INTO t VALUES (1000, 'taken', 7, '')")
                var bytes: [UInt8] = []
                let a = (0..<40).map { Cell(.text(doubles.contains($0) ? "taken" : "値\($0)"), into: &bytes) }
                // Null and empty in turn: what a row leaves out must not be the value of the row before.
                let b = (0..<40).map { Cell($0.isMultiple(of: 3) ? .null : .text("b\($0)"), into: &bytes) }
                let cells = a + [Cell(.integer(7), into: &bytes)] + b
                let columns = [(0, 1), (40, 0), (41, 1)].map { CellReader.Column(start: $0.0, step: $0.1) }
                var refused: [Int] = []
                try columns.withUnsafeBufferPointer { columns in
                    try cells.withUnsafeBufferPointer { cells in
                        try bytes.withUnsafeBufferPointer { bytes in
                            let rows = NewRows(
                                into: Identifier("t"), key: Identifier("k"),
                                columns: ["a", "same", "b"].map { Identifier($0) },
                                keys: (0..<40).map { RecordID(rawValue: $0) }, rows: Array(0..<40),
                                of: CellReader(columns: columns, cells: cells, bytes: bytes))
                            try connection.insert(rows) { place, error in
                                #expect((error as? PlatformError)?.code == .duplicateValue)
                                refused.append(place)
                            }
                        }
                    }
                }
                #expect(refused == doubles)
                let kept = try connection.all("SELECT k, a, same, b FROM t WHERE k < 1000 ORDER BY k") {
                    [
                        $0.value(0, as: .long), $0.value(1, as: .string), $0.value(2, as: .long),
                        $0.value(3, as: .string),
                    ]
                }
                let expected: [[Value]] = (0..<40).filter { !doubles.contains($0) }.map {
                    [.integer(Int64($0)), .text("値\($0)"), .integer(7), $0.isMultiple(of: 3) ? .null : .text("b\($0)")]
                }
                #expect(kept == expected)
            }
        }
    }
}
