import Engine
import Formats
import Records

/// Records as REST shows them: `attributes` first, then the fields in the order asked for. Written from the database's own
/// cells, with the keys' bytes made once for each query.
struct JSONRecords: RecordForm {
    /// `/services/data/v59.0`
    let base: String
    let layouts: JSONLayouts

    func make(_ cells: any Cells, _ shape: RecordShape, _ children: [[[UInt8]]]) -> [UInt8] {
        let layout = layouts.layout(of: shape)
        var json = JSONWriter()
        json.bytes.reserveCapacity(layout.bytesTypical)
        let id = shape.id.map { RecordID(rawValue: cells.int64($0)) }
        write(cells, layout.record, id, children, into: &json)
        return json.bytes
    }

    /// A record of which only the id is told.
    func make(_ object: String, _ id: RecordID) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            attributes(JSONLayout.Parent(object: object, members: []), id, into: &json)
            json.key("Id")
            json.value(.id(id))
        }
        return json.bytes
    }

    private func write(
        _ cells: any Cells, _ record: JSONLayout.Parent, _ id: RecordID?, _ children: [[[UInt8]]],
        into json: inout JSONWriter
    ) {
        json.beginObject()
        attributes(record, id, into: &json)
        for member in record.members {
            switch member {
            case .value(let key, let cell, let type):
                json.key(key)
                json.cell(cells, cell, type)
            case .blob(let key, let cell, let name):
                // A blob is fetched by its own path; a row shows where.
                json.key(key)
                if let id, !cells.isNull(cell) {
                    json.string("\(base)\(record.path)\(id)/\(name)")
                } else {
                    json.null()
                }
            case .compound(let key, let parts):
                json.key(key)
                write(cells, parts, into: &json)
            case .parent(let key, let cell, let parents):
                json.key(key)
                parent(cells, cell, parents, into: &json)
            case .children(let key, let place):
                json.key(key)
                list(children[place], into: &json)
            }
        }
        json.endObject()
    }

    private func attributes(_ record: JSONLayout.Parent, _ id: RecordID?, into json: inout JSONWriter) {
        json.key(JSONLayout.attributes)
        json.raw { out in
            out.append(contentsOf: record.type)
            if let id {
                out.append(contentsOf: JSONLayout.url)
                out.append(contentsOf: base.utf8)
                out.append(contentsOf: record.path.utf8)
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 18) { text in
                    guard let start = text.baseAddress else { return }
                    id.write(to: start)
                    out.append(contentsOf: UnsafeBufferPointer(start: start, count: 18))
                }
                out.append(UInt8(ascii: "\""))
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private func write(_ cells: any Cells, _ parts: [JSONLayout.Part], into json: inout JSONWriter) {
        if parts.allSatisfy({ cells.isNull($0.cell) }) { return json.null() }
        json.beginObject()
        for part in parts {
            json.key(part.key)
            json.cell(cells, part.cell, part.type)
        }
        json.endObject()
    }

    private func parent(
        _ cells: any Cells, _ cell: Int, _ parents: [KeyPrefix: JSONLayout.Parent], into json: inout JSONWriter
    ) {
        guard !cells.isNull(cell) else { return json.null() }
        let id = RecordID(rawValue: cells.int64(cell))
        guard let parent = parents[id.prefix] else { return json.null() }
        write(cells, parent, id, [], into: &json)
    }

    private func list(_ rows: [[UInt8]], into json: inout JSONWriter) {
        if rows.isEmpty { return json.null() }
        json.object { json in
            json.key("totalSize")
            json.integer(rows.count)
            json.key("done")
            json.boolean(true)
            json.key("records")
            json.array { json in for row in rows { json.raw(row) } }
        }
    }
}
