import Engine
import Formats
import Records

/// The rows of a batch as they were sent, in their order, some at a time.
protocol RowsSent: Sendable {
    /// The fields, or paths to a parent's external id.
    var columns: [String] { get }
    /// Nil behind the last.
    mutating func next(atMost count: Int) throws -> RowsOfBatch?
}

/// Some rows of a batch.
struct RowsOfBatch: Sendable {
    /// The good ones, in their order.
    var cells: CellBlock
    /// Those that cannot be read; each by its place among all rows of the batch.
    var faulty: [(row: Int, error: PlatformError)] = []
    /// How many rows stand before these.
    let first: Int

    var count: Int { cells.rowCount + faulty.count }
}

/// Why a batch as a whole cannot be carried out, in the words of the platform's bulk interfaces.
struct BatchFault: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// Rows of CSV.
struct CSVRowsSent: RowsSent {
    let columns: [String]
    private let source: JobBytes
    private var reader: CSVReader
    private var offset: Int
    private var row = 0

    private static let bytesInRead = 1 << 18

    /// - Parameter lineEnding: That which the lines must have; nil: whichever.
    init(_ source: JobBytes, delimiter: CSVDelimiter, lineEnding: LineEnding?) throws {
        self.source = source
        var reader = CSVReader(delimiter: delimiter)
        var offset = 0
        do {
            while try !reader.readHeader(), offset < source.count {
                let bytes = try source.read(from: offset, upTo: Self.bytesInRead)
                if offset == 0, let lineEnding { try Self.check(bytes, has: lineEnding) }
                offset += bytes.count
                reader.feed(bytes)
                if offset >= source.count { reader.finish() }
            }
        } catch let error as FormatError {
            throw BatchFault("InvalidBatch : The header cannot be read: \(error.message)")
        }
        guard !reader.header.isEmpty else { throw BatchFault("InvalidBatch : The batch has no header row") }
        columns = reader.header
        self.reader = reader
        self.offset = offset
        if let twice = Dictionary(grouping: columns, by: { $0.lowercased() }).values.first(where: { $0.count > 1 }) {
            throw BatchFault("InvalidBatch : Duplicate field name in the header : \(twice[0])")
        }
    }

    mutating func next(atMost count: Int) throws -> RowsOfBatch? {
        var rows = RowsOfBatch(cells: CellBlock(columnCount: columns.count), first: row)
        while rows.count < count {
            switch try step() {
            case .row:
                if let fault = reader.fault {
                    rows.faulty.append((row, PlatformError(.invalidTypeOnFieldInRecord, fault.message)))
                } else {
                    reader.append(to: &rows.cells)
                }
                row += 1
            case .needsInput: try feed()
            case .end: return rows.count == 0 ? nil : rows
            }
        }
        return rows
    }

    /// The next row as the texts that were sent, as many as there are columns; nil behind the last.
    mutating func nextTexts() throws -> [String]? {
        while true {
            switch try step() {
            case .row:
                let texts = reader.strings().prefix(columns.count)
                return texts + Array(repeating: "", count: columns.count - texts.count)
            case .needsInput: try feed()
            case .end: return nil
            }
        }
    }

    private mutating func step() throws -> CSVReader.Step {
        do {
            return try reader.next()
        } catch let error as FormatError {
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

/// Rows that were read as a whole: those of a batch in JSON or XML, which is small.
struct WholeRowsSent: RowsSent {
    let columns: [String]
    private let rows: [Result<[Value], PlatformError>]
    private var row = 0

    private init(_ read: [Result<RowBody, PlatformError>]) {
        var columns: [String] = []
        var places: [String: Int] = [:]
        for case .success(let body) in read {
            for field in body.fields where places[field.lowercased()] == nil {
                places[field.lowercased()] = columns.count
                columns.append(field)
            }
        }
        rows = read.map { result in
            result.map { body in
                var values = [Value](repeating: .null, count: columns.count)
                for (field, value) in zip(body.fields, body.values) {
                    // An absent field is left as it is; one that is null is emptied.
                    values[places[field.lowercased()] ?? 0] = value.isNull || value == .text("") ? .text("#N/A") : value
                }
                return values
            }
        }
        self.columns = columns
    }

    /// An array of objects.
    init(json bytes: [UInt8], object: ObjectSchema) throws {
        guard let elements = (try? JSONValue(bytes, bytesMax: bytes.count))?.elements else {
            throw BatchFault("InvalidBatch : The batch is no JSON array of objects")
        }
        self.init(
            elements.map { element in
                Self.result {
                    guard let members = element.members else {
                        throw PlatformError(.jsonParserError, "A row must be a JSON object")
                    }
                    return try RowBody(members, object: object)
                }
            })
    }

    /// `<sObjects><sObject>…</sObject></sObjects>`.
    init(xml bytes: [UInt8], object: ObjectSchema) throws {
        guard let tree = try? XMLTree(bytes), tree.name == "sObjects" else {
            throw BatchFault("InvalidBatch : The batch is no XML document of sObjects")
        }
        self.init(tree.children.map { row in Self.result { try RowBody(row, object: object) } })
    }

    mutating func next(atMost count: Int) throws -> RowsOfBatch? {
        guard row < rows.count else { return nil }
        var some = RowsOfBatch(cells: CellBlock(columnCount: columns.count), first: row)
        while row < rows.count, some.count < count {
            switch rows[row] {
            case .success(let values): some.cells.append(values)
            case .failure(let error): some.faulty.append((row, error))
            }
            row += 1
        }
        return some
    }

    private static func result(_ make: () throws -> RowBody) -> Result<RowBody, PlatformError> {
        do { return .success(try make()) } catch let error as PlatformError { return .failure(error) } catch {
            return .failure(PlatformError(.unknownException, "The row cannot be read."))
        }
    }
}

extension RowBody {
    /// A row in XML: an element for each field, a parent's with the element of its external id inside.
    init(_ row: XMLTree, object: ObjectSchema) throws {
        self.init()
        for field in row.children where field.name != "type" && field.name != "fieldsToNull" {
            let inner = field.children.first { $0.name == "sObject" } ?? field
            let keys = inner.children.filter { $0.name != "type" }
            if keys.isEmpty {
                fields.append(field.name)
                values.append(field.isNil ? .null : .text(field.text))
            } else if keys.count == 1, object.relationship(field.name) != nil {
                fields.append("\(field.name).\(keys[0].name)")
                values.append(.text(keys[0].text))
            } else {
                throw PlatformError(
                    .invalidField, "The parent '\(field.name)' must be named by exactly one external id.",
                    fields: [field.name])
            }
        }
        for field in row.children where field.name == "fieldsToNull" {
            fields.append(field.text)
            values.append(.null)
        }
    }
}
