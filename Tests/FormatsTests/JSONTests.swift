import Formats
import Records
import Testing

struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(Array(text.utf8), bytesMax: 1 << 20) }

    @Test func `members keep their order and numbers their kind`() throws {
        let value = try parse(#" {"b": [1, -2.5e1, true, null], "a": "é\n😀", "c": {}} "#)
        #expect(
            value
                == .object([
                    JSONMember("b", .array([.integer(1), .double(-25), .boolean(true), .null])),
                    JSONMember("a", .string("é\n😀")), JSONMember("c", .object([])),
                ]))
        #expect(value["a"]?.string == "é\n😀")
    }

    @Test(arguments: [
        ("", 1, 1), ("{\n \"a\" 1}", 2, 6), ("[1,]", 1, 4), ("[01]", 1, 3), ("[1.]", 1, 4), ("\"\u{1}\"", 1, 2),
        ("[\"é\" x]", 1, 6), ("[1] 2", 1, 5), ("nul", 1, 1), ("\"\\ud800\"", 1, 2), ("\"\\udc00x\"", 1, 2),
        ("\"\\ud800\\u0041\"", 1, 2), ("\"\\x\"", 1, 2), ("[-]", 1, 3), ("[1e999]", 1, 2),
        ("{\"a\":1,\n\"a\":2}", 2, 1),
    ])
    func `an error tells line and column`(text: String, line: Int, column: Int) throws {
        let error = try #require(throws: FormatError.self) { try parse(text) }
        #expect(error.line == line && error.column == column, "\(error)")
    }

    @Test func `depth and size have limits`() throws {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try parse(deepest) }
        #expect(throws: FormatError.self) { try parse("[\(deepest)]") }
        #expect(throws: FormatError.self) { try parse(String(repeating: "[", count: 500_000)) }
        #expect(throws: FormatError.self) { try JSONValue(Array("[1]".utf8), bytesMax: 2) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: FormatError.self) { try JSONValue([0x22, 0xFF, 0x22], bytesMax: 10) }
        #expect(throws: FormatError.self) { try JSONValue([0x22, 0xED, 0xA0, 0x80, 0x22], bytesMax: 10) }
    }

    @Test func `cells are written in the platform's forms`() throws {
        let (cells, types) = try FixedCells.sample()
        var json = JSONWriter()
        json.array { json in
            for (column, type) in types.enumerated() { json.cell(cells, column, type) }
        }
        let id = cells.values[0].id?.description ?? ""
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"["\#(id)","佐藤, \"x\"",true,-42,1.0,10000000000.0,0.1,"2026-11-23","#
                + #""2026-11-23T09:30:00.000+0000","09:30:00.000Z","AQID/w==",null]"#)
        var again = JSONWriter()
        again.array { json in for value in cells.values { json.value(value) } }
        #expect(again.bytes == json.bytes)
    }

    @Test func `indentation is for people`() {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("a", "\u{1}\t\"")
            json.key("b")
            json.array { json in
                json.integer(1)
                json.double(.nan)
            }
            json.key(JSONKey("c"))
            json.object { _ in }
        }
        #expect(
            String(decoding: json.bytes, as: UTF8.self) == """
                {
                  "a": "\\u0001\\t\\"",
                  "b": [
                    1,
                    null
                  ],
                  "c": {}
                }
                """)
    }

    @Test func `a whole value from elsewhere takes the writer's own form`() throws {
        var generator = Generator(seed: 11)
        for _ in 0..<500 {
            let tree = Self.tree(&generator, depth: 4)
            var (compact, indented, taken) = (JSONWriter(), JSONWriter(isIndented: true), JSONWriter(isIndented: true))
            compact.tree(tree)
            indented.object { json in
                json.key("a")
                json.tree(tree)
                json.member("b", "c")
            }
            taken.object { json in
                json.key("a")
                json.raw(compact.bytes)
                json.member("b", "c")
            }
            #expect(String(decoding: taken.bytes, as: UTF8.self) == String(decoding: indented.bytes, as: UTF8.self))
        }
    }

    @Test func `whatever is written reads back equal`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = Generator(seed: seed)
        for _ in 0..<500 {
            let tree = Self.tree(&generator, depth: 4)
            var json = JSONWriter(isIndented: Bool.random(using: &generator))
            json.tree(tree)
            #expect(try JSONValue(json.bytes, bytesMax: 1 << 20) == tree, "seed \(seed)")
        }
    }

    @Test func `arbitrary bytes are refused, or read to what is written the same`() throws {
        var generator = Generator(seed: 7)
        let alphabet = Array("{}[]\",:\\u0dD8 truefalsnE-+.19\n".utf8) + [0xFF, 0xE3, 0x81, 0x82]
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            guard let value = try? JSONValue(bytes, bytesMax: 100) else { continue }
            var json = JSONWriter()
            json.tree(value)
            #expect(try JSONValue(json.bytes, bytesMax: 1000) == value, "\(bytes)")
        }
    }

    private static func tree(_ generator: inout Generator, depth: Int) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &generator))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3:
            let number = Double(bitPattern: UInt64.random(in: 0 ... .max, using: &generator))
            return number.isFinite ? .double(number) : .double(0.5)
        case 4: return .string(generator.text(charactersMax: 10))
        case 5:
            let count = Int.random(in: 0...4, using: &generator)
            return .array((0..<count).map { _ in tree(&generator, depth: depth - 1) })
        default:
            let count = Int.random(in: 0...4, using: &generator)
            return .object(
                (0..<count).map { place in
                    JSONMember("\(place)" + generator.text(charactersMax: 4), tree(&generator, depth: depth - 1))
                })
        }
    }
}
