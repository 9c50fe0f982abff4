import Records
import Testing

@testable import Engine

/// Bulk loads read texts where they lie; all that they take must be what the way for single values takes.
struct CoercionTests {
    static let types: [FieldType] = [
        .string, .textarea, .email, .phone, .url, .picklist, .boolean, .int, .long, .double, .date, .datetime, .time,
        .reference, .multipicklist,
    ]

    static let texts = [
        "x", " x", "x ", "a\u{0}b", "名前", String(repeating: "長", count: 20), String(repeating: "y", count: 21),
        "a@b.example", "a@b", "@b.example", "a@-b.example", "a@b-.example", "a@b..example", "a b@c.example",
        "a@b@c.example", "ü@ü.example", "a@b_c.example", "a.@b.c.example", "a@b.example.", "true", "TRUE", "false", "1",
        "0", "yes", "-1", "+5", "007", "1.5", "1e3", "2147483648", "999999999999999", "12345678901234567890", "nan",
        "2026-02-28", "2026-02-30", "1600-01-01", "4000-12-31", "2026-1-2", "2026-02-28T09:30:00Z",
        "2026-02-28T09:30:00.123+0900", "2026-02-28T25:00:00Z", "2026-02-28 09:30", "9999-01-01T00:00:00Z", "09:30",
        "New", "new", "Old", "Ne\u{301}w", "New;Old", "0030000000000G8AAI", "003000000000000",
    ]

    static let fields: [Field] = types.flatMap { type in
        [false, true].map { isSmall in
            var field = Field(name: "F__c", type: type)
            field.length = isSmall ? 20 : 0
            field.precision = isSmall ? 9 : 0
            field.scale = isSmall ? 2 : 0
            field.isRestrictedPicklist = isSmall
            field.picklist = ["New", "Old"].map {
                PicklistValue(value: $0, label: $0, labelJa: $0, isActive: true, isDefault: false)
            }
            return field
        }
    }

    @Test(arguments: fields)
    func `what is read where it lies is what a value becomes`(field: Field) {
        let coercion = Coercion(field)
        for text in Self.texts {
            var bytes: [UInt8] = []
            let cell = Cell(.text(text), into: &bytes)
            guard let read = bytes.withUnsafeBufferPointer({ coercion.read(cell, $0) }) else { continue }
            var refusals: [PlatformError] = []
            let value = coercion.coerce(.text(text), &refusals)
            #expect(refusals.isEmpty, "\(field.type): \(text)")
            #expect(read.value(in: bytes) == value, "\(field.type): \(text)")
        }
    }

    @Test func `usual texts are read where they lie`() {
        for (type, text) in [
            (FieldType.string, "名前"), (.email, "a@b.example"), (.boolean, "true"), (.int, "12"), (.double, "12"),
            (.date, "2026-02-28"), (.datetime, "2026-02-28T09:30:00.123+0900"),
        ] {
            var bytes: [UInt8] = []
            let cell = Cell(.text(text), into: &bytes)
            #expect(bytes.withUnsafeBufferPointer { Coercion(Field(name: "F__c", type: type)).read(cell, $0) } != nil)
        }
    }
}
