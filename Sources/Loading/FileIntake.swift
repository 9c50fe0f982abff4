import Formats

/// A file of rows that somebody has handed in.
public struct TakenFile: Sendable {
    public var name: String
    /// As it was written; it is kept as UTF-8.
    public let encoding: String
    public let rows: Int
    public let bytes: Int

    init(name: String, encoding: String, rows: Int, bytes: Int) {
        self.name = name
        self.encoding = encoding
        self.rows = rows
        self.bytes = bytes
    }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let encoding = value["encoding"]?.string,
            let rows = value["rows"]?.integer, let bytes = value["bytes"]?.integer
        else { return nil }
        self.init(name: name, encoding: encoding, rows: Int(rows), bytes: Int(bytes))
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("encoding", encoding)
            json.key("rows")
            json.integer(rows)
            json.key("bytes")
            json.integer(bytes)
        }
    }
}

/// Takes a file as it comes: finds out how it is written, counts its rows, and gives it on as UTF-8.
///
/// It is kept as UTF-8 whatever it was, so that an erasure finds the people in it.
public struct FileIntake {
    private let givenEncoding: TextEncoding?
    private var decoder: TextDecoder?
    private var reader: CSVReader
    /// The beginning, until enough of it is there to tell the encoding.
    private var sample: [UInt8] = []
    private var bytes = 0
    private var rows = 0
    private static let sampleBytes = 1 << 20

    /// - Parameters:
    ///   - encoding: Its name, such as `Shift_JIS`; nil: found out.
    ///   - delimiter: Its name, such as `TAB`; nil: found out.
    /// - Returns: Nil when one of the names is not known.
    public init?(encoding: String?, delimiter: String?) {
        givenEncoding = encoding.flatMap { TextEncoding(name: $0) }
        let given = delimiter.flatMap { CSVDelimiter(wireName: $0) }
        if encoding != nil && givenEncoding == nil || delimiter != nil && given == nil { return nil }
        reader = CSVReader(delimiter: given)
    }

    /// The encodings and delimiters that can be named.
    public static let encodings = TextEncoding.allCases.map(\.rawValue)
    public static let delimiters = CSVDelimiter.allCases.map(\.wireName)

    /// Takes the next bytes and gives those to keep.
    ///
    /// - Throws: ``FileFault`` when it is no file of rows.
    public mutating func take(_ piece: some Collection<UInt8>) throws -> [UInt8] {
        bytes += piece.count
        if decoder != nil { return try decode(piece) }
        sample.append(contentsOf: piece)
        return sample.count < Self.sampleBytes ? [] : try decodeSample()
    }

    /// Behind the last bytes: those that are left to keep, and what the file is.
    ///
    /// - Throws: ``FileFault`` when it is no file of rows.
    public mutating func finish(name: String) throws -> (rest: [UInt8], form: BulkForm) {
        var rest = decoder == nil ? try decodeSample() : []
        var tail: [UInt8] = []
        decoder?.finish(into: &tail)
        rest += tail
        reader.feed(tail)
        reader.finish()
        try count()
        guard !reader.header.isEmpty else { throw FileFault.empty }
        guard rows > 0 else { throw FileFault.noRows }
        var form = BulkForm()
        form.delimiter = reader.delimiter ?? .comma
        form.file = TakenFile(
            name: name, encoding: decoder?.encoding.rawValue ?? "", rows: rows, bytes: bytes)
        return (rest, form)
    }

    private mutating func decodeSample() throws -> [UInt8] {
        // A workbook is an archive, or what came before that.
        if sample.starts(with: [0x50, 0x4B, 0x03, 0x04]) || sample.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw FileFault.workbook
        }
        let encoding = givenEncoding ?? TextEncoding.detected(in: sample)
        // No text begins like this but one of two bytes a letter.
        let isWide = encoding == .utf16LittleEndian || encoding == .utf16BigEndian
        if !isWide, sample.prefix(64).contains(0) { throw FileFault.unreadable("a NUL in the first line") }
        do {
            decoder = try TextDecoder(encoding)
        } catch {
            throw FileFault.unreadable(error.message)
        }
        defer { sample = [] }
        return try decode(sample)
    }

    private mutating func decode(_ piece: some Collection<UInt8>) throws -> [UInt8] {
        var text: [UInt8] = []
        decoder?.decode(piece, into: &text)
        reader.feed(text)
        try count()
        return text
    }

    private mutating func count() throws {
        do {
            while case .row = try reader.next() { rows += 1 }
        } catch {
            throw FileFault.unreadable(error.message)
        }
    }
}

/// Why a file is not taken.
public enum FileFault: Error, Equatable {
    case empty
    /// There is a header, and nothing below it.
    case noRows
    /// Of a spreadsheet program, such as `.xlsx`.
    case workbook
    /// Such as a picture.
    case unreadable(String)
}
