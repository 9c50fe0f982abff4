public import Engine
import Formats
public import Records

/// Rows of CSV, their columns turned into fields where the job says how.
public struct CSVRowsSent: RowsSent {
    public let columns: [String]
    /// The header as it was sent.
    public let header: [String]
    private let source: JobBytes
    private let turn: ColumnTurn?
    private var reader: CSVReader
    private var offset: Int
    private var row = 0

    private static let bytesInRead = 1 << 18

    /// - Parameters:
    ///   - object: Whose fields the columns are; needed where the form says which.
    ///   - checksLineEnding: Whether the lines must end as the form says.
    /// - Throws: ``BatchFault`` when there is no header.
    public init(_ source: JobBytes, form: BulkForm, object: ObjectSchema?, checksLineEnding: Bool) throws {
        self.source = source
        var reader = CSVReader(delimiter: form.delimiter)
        var offset = 0
        do {
            while try !reader.readHeader(), offset < source.count {
                let bytes = try source.read(from: offset, upTo: Self.bytesInRead)
                if offset == 0, checksLineEnding { try Self.check(bytes, has: form.lineEnding) }
                offset += bytes.count
                reader.feed(bytes)
                if offset >= source.count { reader.finish() }
            }
        } catch let error as FormatError {
            throw BatchFault("InvalidBatch : The header cannot be read: \(error.message)")
        }
        guard !reader.header.isEmpty else { throw BatchFault("InvalidBatch : The batch has no header row") }
        header = reader.header
        turn = form.targets.isEmpty ? nil : try ColumnTurn(form.targets, zone: form.timeZone, object: object)
        columns = turn?.fields ?? header
        self.reader = reader
        self.offset = offset
    }

    public mutating func next(atMost count: Int) throws -> RowsOfBatch? {
        var rows = RowsOfBatch(cells: CellBlock(columnCount: columns.count), first: row)
        while rows.count < count {
            switch try step() {
            case .row:
                take(into: &rows)
                row += 1
            case .needsInput: try feed()
            case .end: return rows.count == 0 ? nil : rows
            }
        }
        return rows
    }

    /// The next row as the texts that were sent, as many as there are columns; nil behind the last.
    public mutating func nextTexts() throws -> [String]? {
        while true {
            switch try step() {
            case .row:
                let texts = reader.strings().prefix(header.count)
                return texts + Array(repeating: "", count: header.count - texts.count)
            case .needsInput: try feed()
            case .end: return nil
            }
        }
    }

    private func take(into rows: inout RowsOfBatch) {
        if let fault = reader.fault {
            rows.faulty.append((row, PlatformError(.invalidTypeOnFieldInRecord, fault.message)))
        } else if let turn {
            do throws(PlatformError) {
                rows.cells.append(try turn.values(of: reader))
            } catch {
                rows.faulty.append((row, error))
            }
        } else {
            reader.append(to: &rows.cells)
        }
    }

    private mutating func step() throws -> CSVReader.Step {
        do {
            return try reader.next()
        } catch {
            throw BatchFault("InvalidBatch : \(error.message)")
        }
    }

    private mutating func feed() throws {
        let bytes = try source.read(from: offset, upTo: Self.bytesInRead)
        offset += bytes.count
        reader.feed(bytes)
        if bytes.isEmpty || offset >= source.count { reader.finish() }
    }

    /// The first line break outside quotes tells.
    private static func check(_ bytes: [UInt8], has lineEnding: LineEnding) throws {
        var isQuoted = false
        for (place, byte) in bytes.enumerated() {
            if byte == 0x22 { isQuoted.toggle() }
            guard byte == 0x0A, !isQuoted else { continue }
            let isCRLF = place > 0 && bytes[place - 1] == 0x0D
            guard isCRLF == (lineEnding == .crlf) else {
                throw BatchFault(
                    "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is "
                        + lineEnding.rawValue)
            }
            return
        }
    }
}
