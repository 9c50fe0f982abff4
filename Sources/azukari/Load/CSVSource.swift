import Formats
import Foundation
import Glibc
import Records

/// A CSV file of any encoding that the reader knows.
final class CSVSource: RowSource {
    let columns: [String]
    let bytesTotal: Int
    private(set) var bytesRead: Int
    /// As detected or given.
    let encoding: TextEncoding

    private let file: FileHandle
    private var reader: CSVReader
    private var decoder: TextDecoder
    private var isAtEnd: Bool
    /// Rows after which a block is handed over: as many as the door writes at a time.
    private static let rowsInBlock = 11_000
    private static let bytesInRead = 1 << 18

    /// Opens a file and reads its header.
    ///
    /// - Throws: ``LoadError`` when there is no such file, it is empty, or it is no CSV.
    init(path: String, delimiter: CSVDelimiter?, encoding given: TextEncoding?) throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw LoadError("\(path): there is no such file, or it may not be read.")
        }
        self.file = file
        bytesTotal = Int(try file.seekToEnd())
        try file.seek(toOffset: 0)
        let sample = try file.read(upToCount: 1 << 20) ?? Data()
        guard !sample.isEmpty else { throw LoadError("\(path): the file is empty.") }
        try file.seek(toOffset: 0)
        let encoding = given ?? TextEncoding.detected(in: sample)
        self.encoding = encoding
        var decoder = try TextDecoder(encoding)
        var reader = CSVReader(delimiter: delimiter)
        var bytesRead = 0
        var isAtEnd = false
        do {
            while try !reader.readHeader(), !isAtEnd {
                try Self.feed(from: file, &decoder, &reader, &bytesRead, &isAtEnd)
            }
        } catch let error as FormatError {
            throw LoadError("\(path): this is not a CSV file that can be loaded: \(error)")
        }
        guard !reader.header.isEmpty else { throw LoadError("\(path): the file has no header.") }
        columns = reader.header
        self.reader = reader
        self.decoder = decoder
        self.bytesRead = bytesRead
        self.isAtEnd = isAtEnd
        if let twice = Dictionary(grouping: columns, by: { $0.lowercased() }).values.first(where: { $0.count > 1 }) {
            throw LoadError("\(path): the column \(twice[0]) stands twice in the header.")
        }
    }

    func next() throws -> SourceBlock? {
        var block = SourceBlock(columnCount: columns.count)
        block.cells.reserve(rows: Self.rowsInBlock, bytes: Self.rowsInBlock * 256)
        while block.rowCount < Self.rowsInBlock {
            switch try reader.next() {
            case .row: append(to: &block)
            case .needsInput: try Self.feed(from: file, &decoder, &reader, &bytesRead, &isAtEnd)
            case .end: return block.rowCount == 0 ? nil : block
            }
        }
        return block
    }

    private func append(to block: inout SourceBlock) {
        guard reader.fault == nil else {
            return block.append(
                SourceRow(number: reader.rowNumber, line: reader.line, cells: reader.values(), fault: fault()))
        }
        reader.append(to: &block.cells)
        block.note(number: reader.rowNumber, line: reader.line)
    }

    private static func feed(
        from file: FileHandle, _ decoder: inout TextDecoder, _ reader: inout CSVReader, _ bytesRead: inout Int,
        _ isAtEnd: inout Bool
    ) throws {
        // FileHandle would ask the system for a page at a time.
        let bytes = try [UInt8](unsafeUninitializedCapacity: bytesInRead) { room, count in
            var got = Glibc.read(file.fileDescriptor, room.baseAddress, room.count)
            while got < 0, errno == EINTR { got = Glibc.read(file.fileDescriptor, room.baseAddress, room.count) }
            guard got >= 0 else { throw LoadError("The file cannot be read: \(String(cString: strerror(errno))).") }
            count = got
        }
        bytesRead += bytes.count
        isAtEnd = bytes.isEmpty
        var text: [UInt8] = []
        if isAtEnd { decoder.finish(into: &text) } else { decoder.decode(bytes, into: &text) }
        reader.feed(text)
        if isAtEnd { reader.finish() }
    }

    private func fault() -> RowFault? {
        guard let fault = reader.fault else { return nil }
        let column = fault.column.flatMap { $0 < columns.count ? columns[$0] : nil }
        switch fault {
        case .columnCount: return RowFault(code: "CSV_COLUMN_COUNT", message: fault.message, column: nil)
        case .nul: return RowFault(code: "CSV_NUL", message: fault.message, column: column)
        case .notUTF8:
            let message =
                encoding == .utf8
                ? "not UTF-8: save the file as UTF-8, or name its encoding with --encoding" : "not \(encoding.rawValue)"
            return RowFault(code: "CSV_ENCODING", message: message, column: column)
        case .quoteNotClosed: return RowFault(code: "CSV_QUOTE_NOT_CLOSED", message: fault.message, column: column)
        case .textAfterQuote: return RowFault(code: "CSV_TEXT_AFTER_QUOTE", message: fault.message, column: column)
        case .cellTooLong: return RowFault(code: "STRING_TOO_LONG", message: fault.message, column: column)
        case .rowTooLong: return RowFault(code: "CSV_ROW_TOO_LONG", message: fault.message, column: nil)
        }
    }
}
