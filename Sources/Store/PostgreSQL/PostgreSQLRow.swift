import CPostgreSQL
import Glibc
import Records

/// A row of a result in binary form, read where libpq holds it.
struct PostgreSQLRow: Cells {
    let result: OpaquePointer
    let row: Int32

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, row, Int32(column)) != 0 }

    func int64(_ column: Int) -> Int64 {
        guard let start = start(column) else { return 0 }
        return switch PQftype(result, Int32(column)) {
        case PostgreSQLType.int8: Int64(bigEndian: start.loadUnaligned(as: Int64.self))
        case PostgreSQLType.int4: Int64(Int32(bigEndian: start.loadUnaligned(as: Int32.self)))
        case PostgreSQLType.int2: Int64(Int16(bigEndian: start.loadUnaligned(as: Int16.self)))
        case PostgreSQLType.bool: Int64(start.load(as: UInt8.self))
        case PostgreSQLType.numeric: PostgreSQLNumeric(bytes(column)).int64
        default: Int64(exactly: double(column).rounded(.towardZero)) ?? 0
        }
    }

    func double(_ column: Int) -> Double {
        guard let start = start(column) else { return 0 }
        return switch PQftype(result, Int32(column)) {
        case PostgreSQLType.float8:
            Double(bitPattern: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)))
        case PostgreSQLType.float4:
            Double(Float(bitPattern: UInt32(bigEndian: start.loadUnaligned(as: UInt32.self))))
        case PostgreSQLType.numeric: PostgreSQLNumeric(bytes(column)).double
        case PostgreSQLType.int8, PostgreSQLType.int4, PostgreSQLType.int2, PostgreSQLType.bool: Double(int64(column))
        default: Double(string(column)) ?? 0
        }
    }

    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let start = start(column)?.assumingMemoryBound(to: UInt8.self)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : count(column))
    }

    func count(_ column: Int) -> Int { Int(PQgetlength(result, row, Int32(column))) }

    private func start(_ column: Int) -> UnsafeRawPointer? {
        isNull(column) ? nil : UnsafeRawPointer(PQgetvalue(result, row, Int32(column)))
    }
}

/// A `numeric` in binary form: what sums and averages of integers are.
///
/// Sixteen-bit words: how many digits follow, the place of the first, the sign, how many decimals are shown, then the
/// digits to the base of 10,000 (`numeric_send` in the server's `numeric.c`).
struct PostgreSQLNumeric {
    private let digits: [Int]
    /// The first digit counts 10,000 to the power of it.
    private let weight: Int
    private let sign: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        func word(_ place: Int) -> Int { Int(bytes[place * 2]) << 8 | Int(bytes[place * 2 + 1]) }
        let isWhole = bytes.count >= 8 && bytes.count >= 8 + word(0) * 2
        digits = isWhole ? (0..<word(0)).map { word(4 + $0) } : []
        weight = isWhole ? Int(Int16(truncatingIfNeeded: word(1))) : 0
        sign = isWhole ? word(2) : 0
    }

    var double: Double {
        switch sign {
        case 0xC000: .nan
        case 0xD000: .infinity
        case 0xF000: -.infinity
        // By way of its text, which is rounded once.
        default: digits.isEmpty ? 0 : strtod("\(isNegative ? "-" : "")\(shown)e\((weight - digits.count + 1) * 4)", nil)
        }
    }

    /// Without what stands behind the point; 0 when it has no room.
    var int64: Int64 {
        var number: Int64 = 0
        for place in 0..<max(weight + 1, 0) {
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10_000)
            let digit = Int64(place < digits.count ? digits[place] : 0)
            let (sum, isBeyond) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !isTooLarge, !isBeyond else { return 0 }
            number = sum
        }
        return number
    }

    private var isNegative: Bool { sign == 0x4000 }

    private var shown: String {
        digits.map { digit in
            let text = String(digit)
            return String(repeating: "0", count: 4 - text.count) + text
        }.joined()
    }
}
