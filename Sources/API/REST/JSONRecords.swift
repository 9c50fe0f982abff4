import Engine
import Formats
import Records

/// Records as REST shows them: `attributes` first, then the fields in the order asked for. Written from the database's own
/// cells, with the keys' bytes made once for each query.
struct JSONRecords: RecordEncoder {
    /// `/services/data/v59.0`
    let base: String
    let layouts: JSONLayouts

    func encode(_ cells: any Cells, _ shape: RecordShape, _ children: [[[UInt8]]]) -> [UInt8] {
        let layout = layouts.layout(of: shape)
        var out: [UInt8] = []
        out.reserveCapacity(layout.bytesTypical)
        let id = shape.id.map { RecordID(rawValue: cells.int64($0)) }
        layout.texts.withUnsafeBufferPointer { texts in
            let row = JSONRow(cells: cells, layout: layout, texts: texts, base: base, children: children)
            row.write(layout.record, id, to: &out)
        }
        return out
    }

    /// A record of which only the id is told.
    func encode(_ object: String, _ id: RecordID) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("attributes")
            json.object { json in
                json.member("type", object)
                json.member("url", "\(base)/sobjects/\(object)/\(id)")
            }
            json.key("Id")
            json.value(.id(id))
        }
        return json.bytes
    }
}

/// One row on its way into bytes.
private struct JSONRow {
    let cells: any Cells
    let layout: JSONLayout
    /// Those of the layout.
    let texts: UnsafeBufferPointer<UInt8>
    let base: String
    let children: [[[UInt8]]]

    func write(_ record: JSONLayout.Record, _ id: RecordID?, to out: inout [UInt8]) {
        append(record.head, to: &out)
        if let id {
            JSONText.append(",\"url\":\"", to: &out)
            append(id, of: record, to: &out)
            out.append(UInt8(ascii: "\""))
        }
        out.append(UInt8(ascii: "}"))
        layout.members.withUnsafeBufferPointer { members in
            for place in record.members { write(members[place], of: record, id, to: &out) }
        }
        out.append(UInt8(ascii: "}"))
    }

    @inline(__always)
    private func write(
        _ member: JSONLayout.Member, of record: JSONLayout.Record, _ id: RecordID?, to out: inout [UInt8]
    ) {
        append(member.key, to: &out)
        switch member.kind {
        case .value: JSONText.append(cells, member.cell, member.type, to: &out)
        case .blob: blob(member, of: record, id, to: &out)
        case .compound: compound(member, to: &out)
        case .parent: parent(member, to: &out)
        case .children: list(children[member.cell], to: &out)
        }
    }

    /// A blob is fetched by its own path; a row shows where.
    private func blob(_ member: JSONLayout.Member, of record: JSONLayout.Record, _ id: RecordID?, to out: inout [UInt8])
    {
        guard let id, !cells.isNull(member.cell) else { return JSONText.append("null", to: &out) }
        out.append(UInt8(ascii: "\""))
        append(id, of: record, to: &out)
        out.append(UInt8(ascii: "/"))
        // The name, of `,"name":`.
        append(member.key.lowerBound + 2..<member.key.upperBound - 2, to: &out)
        out.append(UInt8(ascii: "\""))
    }

    private func compound(_ member: JSONLayout.Member, to out: inout [UInt8]) {
        if layout.parts[member.inner].allSatisfy({ cells.isNull($0.cell) }) { return JSONText.append("null", to: &out) }
        for place in member.inner {
            let part = layout.parts[place]
            append(part.key, to: &out)
            JSONText.append(cells, part.cell, part.type, to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    private func parent(_ member: JSONLayout.Member, to out: inout [UInt8]) {
        guard !cells.isNull(member.cell) else { return JSONText.append("null", to: &out) }
        let id = RecordID(rawValue: cells.int64(member.cell))
        guard let parent = layout.parents[member.inner.lowerBound][id.prefix] else {
            return JSONText.append("null", to: &out)
        }
        write(parent, id, to: &out)
    }

    private func list(_ rows: [[UInt8]], to out: inout [UInt8]) {
        if rows.isEmpty { return JSONText.append("null", to: &out) }
        out.append(contentsOf: "{\"totalSize\":\(rows.count),\"done\":true,\"records\":[".utf8)
        for (place, row) in rows.enumerated() {
            if place > 0 { out.append(UInt8(ascii: ",")) }
            out.append(contentsOf: row)
        }
        JSONText.append("]}", to: &out)
    }

    /// `/services/data/v59.0/sobjects/Contact/003000000000001AAA`
    private func append(_ id: RecordID, of record: JSONLayout.Record, to out: inout [UInt8]) {
        out.append(contentsOf: base.utf8)
        append(record.path, to: &out)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 18) { text in
            guard let start = text.baseAddress else { return }
            id.write(to: start)
            out.append(contentsOf: UnsafeBufferPointer(start: start, count: 18))
        }
    }

    @inline(__always)
    private func append(_ text: Range<Int>, to out: inout [UInt8]) {
        out.append(contentsOf: UnsafeBufferPointer(rebasing: texts[text]))
    }
}
