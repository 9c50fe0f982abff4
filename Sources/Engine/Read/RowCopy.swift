import Records

/// The cells of a row, copied, so that they outlive the statement's next step: its children are read meanwhile.
final class RowCopy: Cells {
    private enum Cell {
        case null
        case integer(Int64)
        case double(Double)
        case bytes(Range<Int>)
    }

    private var cells: [Cell] = []
    private let memory: UnsafeMutableBufferPointer<UInt8>

    /// - Parameter isChild: A child's row has its parent's id in one more cell.
    init(_ row: any Cells, of plan: Plan, isChild: Bool) {
        let types = plan.columns.map(\.type)
        let count = plan.cellCount + (isChild ? 1 : 0)
        var bytes: [UInt8] = []
        cells.reserveCapacity(count)
        for place in 0..<count {
            // Behind the columns come ids.
            let storage = place < types.count ? types[place].storage : .integer
            cells.append(Self.copy(row, place, storage, &bytes))
        }
        memory = .allocate(capacity: bytes.count)
        _ = memory.initialize(from: bytes)
    }

    deinit { memory.deallocate() }

    private static func copy(
        _ row: any Cells, _ place: Int, _ storage: FieldType.Storage?, _ bytes: inout [UInt8]
    ) -> Cell {
        if row.isNull(place) { return .null }
        switch storage {
        case .integer: return .integer(row.int64(place))
        case .double: return .double(row.double(place))
        case .text, .bytes, nil:
            let start = bytes.count
            row.withBytes(place) { bytes.append(contentsOf: $0) }
            return .bytes(start..<bytes.count)
        }
    }

    func isNull(_ column: Int) -> Bool { if case .null = cells[column] { true } else { false } }

    func int64(_ column: Int) -> Int64 { if case .integer(let number) = cells[column] { number } else { 0 } }

    func double(_ column: Int) -> Double { if case .double(let number) = cells[column] { number } else { 0 } }

    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        guard case .bytes(let range) = cells[column] else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(rebasing: memory[range])
    }
}
