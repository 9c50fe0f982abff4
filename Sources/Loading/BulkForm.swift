public import Formats
public import Records

/// How the rows of a bulk job are written down: what is kept with the job.
public struct BulkForm: Sendable {
    public enum Content: String, Sendable {
        case csv = "CSV"
        case json = "JSON"
        case xml = "XML"
    }

    public var content = Content.csv
    public var delimiter = CSVDelimiter.comma
    public var lineEnding = LineEnding.lf
    /// `59`
    public var version = 0
    public var isSerial = false
    /// Ids of one part of a query that is taken apart; 0: it is not.
    public var chunkSize = 0
    /// Where the parts begin: an id.
    public var startRow: String?
    /// Where each column goes; empty: the header names the fields.
    public var targets: [ColumnTarget] = []
    /// Whose clock times without a zone are read by, such as `Asia/Tokyo`.
    public var timeZone: String?
    /// The file that somebody has dropped on the page; nil for what a program has sent.
    public var file: TakenFile?
    /// When they had it carried out.
    public var begun: Instant?

    public init() {}

    /// What ``text`` wrote.
    public init(_ text: String) throws {
        let value = try? JSONValue(Array(text.utf8), bytesMax: Self.bytesMax)
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
        targets = (value["targets"]?.elements ?? []).map {
            ColumnTarget(
                field: $0["field"]?.string ?? "", dateOrder: $0["date"]?.string.flatMap(DateOrder.init(rawValue:)))
        }
        timeZone = value["timeZone"]?.string
        file = value["file"].flatMap(TakenFile.init)
        begun = value["begun"]?.integer.map { Instant(milliseconds: $0) }
    }

    /// Of 4,096 columns, each with a long path.
    private static let bytesMax = 1 << 20

    public var text: String {
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
            if !targets.isEmpty {
                json.key("targets")
                json.array { json in
                    for target in targets {
                        json.object { json in
                            json.member("field", target.field)
                            if let order = target.dateOrder { json.member("date", order.rawValue) }
                        }
                    }
                }
            }
            if let timeZone { json.member("timeZone", timeZone) }
            if let file {
                json.key("file")
                file.write(into: &json)
            }
            if let begun {
                json.key("begun")
                json.integer(Int(begun.milliseconds))
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Such as `COMMA`.
    public var delimiterName: String { delimiter.wireName }

    public var csv: CSVWriter { CSVWriter(delimiter: delimiter, lineEnding: lineEnding, quoting: .always) }
}
