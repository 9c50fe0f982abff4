import Engine
import Formats
import Records

/// Records as REST shows them: `attributes` first, then the fields in the order asked for.
struct RecordWriter {
    /// `/services/data/v59.0`
    let base: String

    func write(_ record: Record, into json: inout JSONWriter) {
        json.beginObject()
        attributes(of: record, into: &json)
        for (name, value) in record.fields {
            json.key(name)
            write(value, of: record, name: name, into: &json)
        }
        json.endObject()
    }

    private func attributes(of record: Record, into json: inout JSONWriter) {
        json.key("attributes")
        json.beginObject()
        json.member("type", record.object)
        if let id = record.id { json.member("url", "\(base)/sobjects/\(record.object)/\(id)") }
        json.endObject()
    }

    private func write(_ value: RecordValue, of record: Record, name: String, into json: inout JSONWriter) {
        switch value {
        case .value(let value, .base64):
            // A blob is fetched by its own path; a row shows where.
            if let id = record.id, !value.isNull {
                json.string("\(base)/sobjects/\(record.object)/\(id)/\(name)")
            } else {
                json.null()
            }
        case .value(let value, _): json.value(value)
        case .parent(nil): json.null()
        case .parent(let parent?): write(parent, into: &json)
        case .children(let rows, let totalSize):
            if rows.isEmpty { return json.null() }
            json.object { json in
                json.key("totalSize")
                json.integer(totalSize)
                json.key("done")
                json.boolean(true)
                json.key("records")
                json.array { json in for row in rows { write(row, into: &json) } }
            }
        case .compound(let parts):
            if parts.allSatisfy(\.value.isNull) { return json.null() }
            json.object { json in
                for (name, value) in parts {
                    json.key(name)
                    json.value(value)
                }
            }
        }
    }
}
