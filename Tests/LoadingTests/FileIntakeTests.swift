import Formats
import Loading
import Records
import Testing

struct FileIntakeTests {
    /// Hands a file over in pieces of one size.
    private static func take(
        _ bytes: [UInt8], pieces: Int, encoding: String? = nil, delimiter: String? = nil
    ) throws -> (kept: [UInt8], form: BulkForm) {
        var intake = try #require(FileIntake(encoding: encoding, delimiter: delimiter))
        var kept: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            kept += try intake.take(bytes[start..<min(start + pieces, bytes.count)])
        }
        let (rest, form) = try intake.finish(name: "rows.csv")
        return (kept + rest, form)
    }

    @Test(arguments: [1, 7, 4_096])
    func `a file in Shift_JIS is kept as UTF-8, its delimiter and rows known, in whatever pieces it comes`(
        pieces: Int
    ) throws {
        // 姓⇥名 / 髙橋⇥はな, as Windows writes them.
        let bytes: [UInt8] =
            [0x90, 0xA9, 0x09, 0x96, 0xBC, 0x0D, 0x0A]
            + [0xFB, 0xFC, 0x8B, 0xB4, 0x09, 0x82, 0xCD, 0x82, 0xC8, 0x0D, 0x0A]
        let (kept, form) = try Self.take(bytes, pieces: pieces)
        #expect(String(decoding: kept, as: UTF8.self) == "姓\t名\r\n髙橋\tはな\r\n")
        #expect(form.file?.encoding == "CP932")
        #expect(form.delimiterName == "TAB")
        #expect(form.file?.rows == 1)
        #expect(form.file?.bytes == bytes.count)
    }

    @Test(arguments: [999_999, 1 << 20, 3 << 20])
    func `a large file loses nothing where the encoding is decided`(size: Int) throws {
        var bytes = Array("Name,Note\n".utf8)
        while bytes.count < size { bytes += Array("山田,\"一行目\n二行目\"\n".utf8) }
        let (kept, form) = try Self.take(bytes, pieces: 65_537)
        #expect(kept == bytes)
        #expect(form.file?.rows == bytes.count { $0 == 0x0A } / 2)
    }

    @Test(
        arguments: [
            ([], FileFault.empty), (Array("\n\n".utf8), .empty), (Array("Name,Note\n".utf8), .noRows),
            ([0x50, 0x4B, 0x03, 0x04, 0, 0], .workbook), ([0xD0, 0xCF, 0x11, 0xE0], .workbook),
        ] as [([UInt8], FileFault)])
    func `what is no file of rows is refused with its reason`(bytes: [UInt8], fault: FileFault) throws {
        #expect(throws: fault) { try Self.take(bytes, pieces: 3) }
    }

    @Test func `a picture cannot be read as rows`() throws {
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52]
        #expect { try Self.take(png, pieces: 16) } throws: { error in
            if case .unreadable = error as? FileFault { true } else { false }
        }
    }

    @Test func `a form comes back as it was kept`() throws {
        var (_, form) = try Self.take(Array("a;b\n1;2\n".utf8), pieces: 100)
        form.targets = [ColumnTarget(field: "Birthdate", dateOrder: .yearMonthDay), .leftOut]
        form.timeZone = "Asia/Tokyo"
        form.begun = Instant(milliseconds: 1_764_000_000_123)
        let again = try BulkForm(form.text)
        #expect(again.targets == form.targets)
        #expect(again.timeZone == form.timeZone)
        #expect(again.begun == form.begun)
        #expect(again.delimiterName == "SEMICOLON")
        #expect(again.file?.name == "rows.csv")
        #expect(FileIntake(encoding: "KOI8", delimiter: nil) == nil)
        #expect(FileIntake(encoding: nil, delimiter: "DASH") == nil)
    }
}
