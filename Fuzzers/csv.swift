import Formats
import Records

/// Any bytes as CSV: the same rows and faults whatever the chunks; any bytes in any encoding; and rows that are written
/// and read again.
///
/// The first three bytes choose the delimiter, the encoding and the size of a chunk.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard bytes.count > 3 else { return 0 }
    let delimiters = CSVDelimiter.allCases
    let choice = Int(bytes[0]) % (delimiters.count + 1)
    let delimiter = choice < delimiters.count ? delimiters[choice] : nil
    let encoding = TextEncoding.allCases[Int(bytes[1]) % TextEncoding.allCases.count]
    let chunk = Int(bytes[2]) + 1
    let body = bytes.dropFirst(3)

    let whole = Reading(Array(body), delimiter, chunk: body.count)
    guard whole == Reading(Array(body), delimiter, chunk: chunk) else {
        Input.fault("chunks of \(chunk) bytes are read otherwise than the whole")
    }
    decode(body, encoding, chunk)
    if !whole.rows.isEmpty { writeAndRead(whole.rows, delimiter ?? .comma) }
    return 0
}

/// What a reader makes of a file.
private struct Reading: Equatable {
    var header: [String] = []
    var rows: [[String]] = []
    var faults: [String] = []
    var failure: String?

    init(_ bytes: [UInt8], _ delimiter: CSVDelimiter?, chunk: Int) {
        var reader = CSVReader(delimiter: delimiter)
        var rest = bytes[...]
        do {
            while true {
                switch try reader.next() {
                case .row:
                    if let fault = reader.fault {
                        faults.append("\(reader.rowNumber) \(reader.line) \(fault)")
                    } else {
                        rows.append(reader.strings())
                    }
                case .needsInput:
                    if rest.isEmpty { reader.finish() } else { reader.feed(rest.prefix(chunk)) }
                    rest = rest.dropFirst(chunk)
                case .end:
                    header = reader.header
                    return
                }
            }
        } catch {
            failure = "\(error)"
        }
    }
}

private func decode(_ bytes: ArraySlice<UInt8>, _ encoding: TextEncoding, _ chunk: Int) {
    guard var decoder = try? TextDecoder(encoding), var other = try? TextDecoder(encoding) else { return }
    var (whole, parts) = ([UInt8](), [UInt8]())
    decoder.decode(bytes, into: &whole)
    decoder.finish(into: &whole)
    var rest = bytes
    while !rest.isEmpty {
        other.decode(rest.prefix(chunk), into: &parts)
        rest = rest.dropFirst(chunk)
    }
    other.finish(into: &parts)
    guard whole == parts, decoder.faults == other.faults else {
        Input.fault("chunks of \(chunk) bytes are decoded otherwise than the whole, from \(encoding)")
    }
    // What cannot be read is the byte FF; UTF-8 goes through as it is.
    guard encoding == .utf8 || String(validating: whole.filter { $0 != 0xFF }, as: UTF8.self) != nil else {
        Input.fault("\(encoding) was not made UTF-8")
    }
}

private func writeAndRead(_ rows: [[String]], _ delimiter: CSVDelimiter) {
    let width = rows.map(\.count).max() ?? 0
    var writer = CSVWriter(
        delimiter: delimiter, lineEnding: .crlf, quoting: rows.count.isMultiple(of: 2) ? .whenNeeded : .always)
    for column in 0..<width { writer.text("c\(column)") }
    writer.endRow()
    let filled = rows.map { $0 + Array(repeating: "", count: width - $0.count) }
    for row in filled {
        for cell in row { writer.text(cell) }
        writer.endRow()
    }
    let again = Reading(writer.bytes, delimiter, chunk: writer.bytes.count)
    guard again.rows == filled, again.faults.isEmpty else { Input.fault("what was written is read otherwise") }
}
