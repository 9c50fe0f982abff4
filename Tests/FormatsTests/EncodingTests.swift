import Formats
import Testing

struct EncodingTests {
    /// `髙橋,①太郎,～ソ表`, as Python's cp932 writes it.
    private static let cp932: [UInt8] = [
        0xFB, 0xFC, 0x8B, 0xB4, 0x2C, 0x87, 0x40, 0x91, 0xBE, 0x98, 0x59, 0x2C, 0x81, 0x60, 0x83, 0x5C, 0x95, 0x5C,
    ]

    @Test(arguments: 1...18)
    func `CP932 with NEC's and IBM's characters is read, in any chunks`(chunk: Int) throws {
        #expect(TextEncoding.detected(in: Self.cp932) == .cp932)
        var decoder = try TextDecoder(.cp932)
        var out: [UInt8] = []
        for start in stride(from: 0, to: Self.cp932.count, by: chunk) {
            decoder.decode(Self.cp932[start...].prefix(chunk), into: &out)
        }
        decoder.finish(into: &out)
        #expect(String(decoding: out, as: UTF8.self) == "髙橋,①太郎,～ソ表")
        #expect(decoder.faults.isEmpty)
    }

    @Test func `EUC-JP and UTF-16 are told apart and read`() throws {
        let eucJP: [UInt8] = [0xA4, 0xB3, 0xA4, 0xEC, 0xA4, 0xCF, 0xB4, 0xC1, 0xBB, 0xFA]  // これは漢字
        #expect(TextEncoding.detected(in: eucJP) == .eucJP)
        #expect(try TextDecoder.decode(eucJP, .eucJP) == "これは漢字")
        let utf16: [UInt8] = [0xFF, 0xFE, 0x3D, 0xD8, 0x00, 0xDE, 0x41, 0x00]
        #expect(TextEncoding.detected(in: utf16) == .utf16LittleEndian)
        #expect(try TextDecoder.decode(utf16, .utf16LittleEndian) == "😀A")
        #expect(TextEncoding.detected(in: [0xFE, 0xFF, 0x00, 0x41]) == .utf16BigEndian)
        #expect(try TextDecoder.decode([0xFE, 0xFF, 0x00, 0x41], .utf16BigEndian) == "A")
    }

    @Test func `valid UTF-8 stays UTF-8, also when a character is cut off`() {
        #expect(TextEncoding.detected(in: Array("佐藤".utf8)) == .utf8)
        #expect(TextEncoding.detected(in: Array("佐藤".utf8).dropLast()) == .utf8)
        #expect(TextEncoding.detected(in: Array("plain".utf8)) == .utf8)
    }

    @Test func `one broken row does not make a file Japanese`() {
        #expect(TextEncoding.detected(in: Array("絵文字,".utf8) + [0xFF, 0xFE] + Array("\n".utf8)) == .utf8)
    }

    @Test func `bytes that the encoding does not have are named by offset`() throws {
        let broken: [UInt8] = Array("ab".utf8) + [0xFF] + Self.cp932
        let error = try #require(throws: FormatError.self) { try TextDecoder.decode(broken, .cp932) }
        #expect(error.offset == 2)
        var decoder = try TextDecoder(.cp932)
        var out: [UInt8] = []
        decoder.decode(broken, into: &out)
        decoder.decode([0x81], into: &out)
        decoder.finish(into: &out)
        #expect(decoder.faults == [2, broken.count])
        #expect(out == Array("ab".utf8) + [0xFF] + Array("髙橋,①太郎,～ソ表".utf8) + [0xFF])
    }

    @Test(arguments: ["Shift_JIS", "sjis", "Windows-31J", "CP932"])
    func `CP932 has many names`(name: String) { #expect(TextEncoding(name: name) == .cp932) }
}
