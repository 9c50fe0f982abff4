import Formats
import HTTP
import Records

/// How the rows of a bulk job are written down: what is kept with the job.
struct BulkForm: Sendable {
    enum Content: String, Sendable {
        case csv = "CSV"
        case json = "JSON"
        case xml = "XML"
    }

    var content = Content.csv
    var delimiter = CSVDelimiter.comma
    var lineEnding = LineEnding.lf
    /// `59`
    var version = 0
    var isSerial = false
    /// Ids of one part of a query that is taken apart; 0: it is not.
    var chunkSize = 0
    /// Where the parts begin: an id.
    var startRow: String?

    init() {}

    /// What ``text`` wrote.
    init(_ text: String) throws {
        let value = try? JSONValue(Array(text.utf8), bytesMax: 10_000)
        guard let value, let content = value["content"]?.string.flatMap(Content.init),
            let delimiter = value["delimiter"]?.string.flatMap({ CSVDelimiter(wireName: $0) }),
            let lineEnding = value["lineEnding"]?.string.flatMap(LineEnding.init),
            let version = value["version"]?.integer
        else { throw PlatformError(.unknownException, "The form of this bulk job cannot be read.") }
        self.content = content
        self.delimiter = delimiter
        self.lineEnding = lineEnding
        self.version = Int(version)
        isSerial = value["serial"]?.boolean ?? false
        chunkSize = Int(value["chunkSize"]?.integer ?? 0)
        startRow = value["startRow"]?.string
    }

    var text: String {
        var json = JSONWriter()
        json.object { json in
            json.member("content", content.rawValue)
            json.member("delimiter", delimiter.wireName)
            json.member("lineEnding", lineEnding.rawValue)
            json.key("version")
            json.integer(version)
            json.key("serial")
            json.boolean(isSerial)
            if chunkSize > 0 {
                json.key("chunkSize")
                json.integer(chunkSize)
            }
            if let startRow { json.member("startRow", startRow) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    var csv: CSVWriter { CSVWriter(delimiter: delimiter, lineEnding: lineEnding, quoting: .always) }
}
