import Formats
import Foundation
import Records
import Testing

struct ZipArchiveTests {
    @Test func `an archive holds its files to the byte, and the same files give the same archive`() throws {
        let entries = [
            ZipArchive.Entry(name: "data/連絡先.csv", bytes: Array("a,b\n".utf8)),
            ZipArchive.Entry(name: "empty.json", bytes: []),
        ]
        let moment = Instant(milliseconds: 1_700_000_000_000)
        let archive = try ZipArchive.bytes(of: entries, modified: moment)
        #expect(try ZipArchive.bytes(of: entries, modified: moment) == archive)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("zip-\(archive.count)-\(getpid()).zip")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(archive).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(n, z.read(n)) for n in z.namelist()])",
            file.path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(output == "None [('data/連絡先.csv', b'a,b\\n'), ('empty.json', b'')]\n")
    }

    @Test func `a name that is there twice is refused`() {
        let twice = ZipArchive.Entry(name: "a", bytes: [1])
        #expect(throws: PlatformError(.unknownException, "")) {
            try ZipArchive.bytes(of: [twice, twice], modified: Instant(milliseconds: 0))
        }
    }
}
