import Records

/// The whole name of a person, made of its parts.
enum WholeName {
    /// Whether a field is a name that the product makes of `FirstName` and `LastName`.
    static func isComputed(_ field: Field, of object: ObjectSchema) -> Bool {
        field.name == "Name" && object.field("LastName") != nil
    }

    /// "Last First" where either part has a Chinese, Japanese or Korean letter, else "First Last".
    static func join(first: Value, last: Value) -> Value {
        switch (first.text, last.text) {
        case (nil, nil): .null
        case (let only?, nil), (nil, let only?): .text(only)
        case (let first?, let last?):
            .text(isEastAsian(first) || isEastAsian(last) ? "\(last) \(first)" : "\(first) \(last)")
        }
    }

    /// Fills the column of the names of new rows.
    static func fill(_ column: Int, first: Int?, last: Int, of cells: inout CellGrid) {
        for row in 0..<cells.rowCount {
            let (last, first) = (cells[row, last], first.map { cells[row, $0] } ?? .null)
            if first.isNull || last.isNull {
                cells[row, column] = last.isNull ? first : last
                continue
            }
            let isLastFirst = isEastAsian(first, cells) || isEastAsian(last, cells)
            cells[row, column] =
                isLastFirst ? cells.joined(last.range, first.range) : cells.joined(first.range, last.range)
        }
    }

    private static func isEastAsian(_ name: Cell, _ cells: CellGrid) -> Bool {
        guard cells.bytes[name.range].contains(where: { $0 >= 0xE1 }) else { return false }
        return isEastAsian(String(decoding: cells.bytes[name.range], as: UTF8.self))
    }

    private static func isEastAsian(_ text: String) -> Bool {
        // The first letter of the ranges below has three bytes that begin with 0xE1 or more.
        guard text.utf8.contains(where: { $0 >= 0xE1 }) else { return false }
        return text.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x1100...0x11FF, 0x2E80...0x2FDF, 0x3005...0x3007, 0x3040...0x30FF, 0x3130...0x318F, 0x31F0...0x31FF,
                0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0xFF66...0xFF9F,
                0x20000...0x3FFFF:
                true
            default: false
            }
        }
    }
}
