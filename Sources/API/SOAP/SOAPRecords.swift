import Engine
import Formats
import Records

/// Records as SOAP shows them.
struct SOAPRecords: RecordEncoder {
    let kind: SOAPKind
    /// The name of a record's element.
    let element: String

    func encode(_ cells: any Cells, _ shape: RecordShape, _ children: [[[UInt8]]]) -> [UInt8] {
        var writer = SOAPWriter()
        let id = shape.id.map { RecordID(rawValue: cells.int64($0)) }
        writer.raw(begin(element, object: shape.object))
        write(shape.object, shape.members, id, cells, children, into: &writer)
        writer.raw("</\(element)>")
        return writer.bytes
    }

    /// A record of which only the id is told.
    func encode(_ object: String, _ id: RecordID) -> [UInt8] {
        var writer = SOAPWriter()
        writer.raw(begin(element, object: object))
        if kind == .partner { writer.raw("<sf:type>\(object)</sf:type>") }
        writer.raw("<sf:Id>\(id)</sf:Id></\(element)>")
        return writer.bytes
    }

    private func begin(_ element: String, object: String) -> String {
        #"<\#(element) xsi:type="sf:\#(kind == .partner ? "sObject" : object)">"#
    }

    private func write(
        _ object: String, _ members: [RecordShape.Member], _ id: RecordID?, _ cells: any Cells,
        _ children: [[[UInt8]]], into writer: inout SOAPWriter
    ) {
        if kind == .partner { writer.raw("<sf:type>\(object)</sf:type>") }
        let selected = members.contains { if case .value("Id", _, _) = $0 { true } else { false } }
        if let id, selected { writer.raw("<sf:Id>\(id)</sf:Id>") } else { writer.raw(#"<sf:Id xsi:nil="true"/>"#) }
        // The enterprise schema has its fields in alphabetical order, and the id once.
        let ordered =
            kind == .partner
            ? members
            : members.filter { $0.name != "Id" }.sorted { $0.name.lowercased() < $1.name.lowercased() }
        for member in ordered { write(member, cells, children, isAggregate: id == nil, into: &writer) }
    }

    private func write(
        _ member: RecordShape.Member, _ cells: any Cells, _ children: [[[UInt8]]], isAggregate: Bool,
        into writer: inout SOAPWriter
    ) {
        switch member {
        case .value(let name, let cell, let type):
            if cells.isNull(cell) { return writer.null("sf:\(name)") }
            let xsiType = isAggregate ? #" xsi:type="\#(type.xsdType)""# : ""
            writer.raw("<sf:\(name)\(xsiType)>")
            Self.write(cells, cell, type, into: &writer)
            writer.raw("</sf:\(name)>")
        case .compound(let name, let parts):
            if parts.allSatisfy({ cells.isNull($0.cell) }) { return writer.null("sf:\(name)") }
            writer.raw(#"<sf:\#(name) xsi:type="\#(parts.count > 2 ? "address" : "location")">"#)
            // In the order of the types: a location's parts before those of the address.
            let isOfLocation = { (name: String) in name == "latitude" || name == "longitude" }
            for part in parts.filter({ isOfLocation($0.name) }) + parts.filter({ !isOfLocation($0.name) }) {
                if cells.isNull(part.cell) {
                    writer.null(part.name)
                } else {
                    writer.raw("<\(part.name)>")
                    Self.write(cells, part.cell, part.type, into: &writer)
                    writer.raw("</\(part.name)>")
                }
            }
            writer.raw("</sf:\(name)>")
        case .parent(let name, let cell, let parents):
            guard !cells.isNull(cell), let parent = parents[RecordID(rawValue: cells.int64(cell)).prefix] else {
                return writer.null("sf:\(name)")
            }
            writer.raw(begin("sf:\(name)", object: parent.object))
            write(
                parent.object, parent.members, RecordID(rawValue: cells.int64(cell)), cells, children, into: &writer)
            writer.raw("</sf:\(name)>")
        case .children(let name, let place):
            let rows = children[place]
            if rows.isEmpty { return writer.null("sf:\(name)") }
            writer.raw(#"<sf:\#(name) xsi:type="QueryResult">"#)
            writer.queryResult(rows, locator: nil, size: rows.count)
            writer.raw("</sf:\(name)>")
        }
    }

    private static func write(_ cells: any Cells, _ cell: Int, _ type: FieldType, into writer: inout SOAPWriter) {
        let value = cells.value(cell, as: type)
        if let text = value.text { return writer.raw(SOAPText.escaped(text)) }
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        csv.value(value)
        writer.raw(csv.bytes)
    }
}

extension SOAPWriter {
    /// The members of a `QueryResult`.
    mutating func queryResult(_ records: [[UInt8]], locator: String?, size: Int) {
        element("done", locator == nil)
        element("queryLocator", orNull: locator)
        for record in records { raw(record) }
        element("size", size)
    }
}

extension RecordShape.Member {
    fileprivate var name: String {
        switch self {
        case .value(let name, _, _), .compound(let name, _), .parent(let name, _, _), .children(let name, _): name
        }
    }
}

extension FieldType {
    /// The type of a field's values in XML Schema.
    var xsdType: String {
        switch self {
        case .id, .reference: "xsd:string"
        case .boolean: "xsd:boolean"
        case .int: "xsd:int"
        case .long: "xsd:long"
        case .double, .currency, .percent: "xsd:double"
        case .date: "xsd:date"
        case .datetime: "xsd:dateTime"
        case .time: "xsd:time"
        case .base64: "xsd:base64Binary"
        default: "xsd:string"
        }
    }
}
