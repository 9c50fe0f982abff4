import Engine
import Formats
import Records

extension PackageRecords.Table {
    /// `csv/Contact.csv`: RFC 4180, UTF-8, the API names as header.
    var csv: PersonPackage.File {
        var csv = CSVWriter(delimiter: .comma, lineEnding: .crlf, quoting: .whenNeeded)
        for field in fields { csv.text(field.name) }
        csv.endRow()
        for row in rows {
            for field in fields { csv.value(row[field.name]) }
            csv.endRow()
        }
        return PersonPackage.File(name: "csv/\(object.name).csv", bytes: csv.bytes, records: rows.count)
    }
}

extension PackageRecords {
    /// `data.json`: by object, a list of records; empty fields are left out.
    func json(person: RecordID, made: Instant) -> PersonPackage.File {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.key("$schema")
            json.string("data.schema.json")
            json.key("person")
            json.string(person.description)
            json.key("made")
            json.string(made.description)
            json.key("records")
            json.object { json in
                for table in tables {
                    json.key(table.object.name)
                    json.array { json in
                        for row in table.rows {
                            json.object { json in
                                for field in table.fields where !row[field.name].isNull {
                                    json.key(field.name)
                                    json.value(row[field.name])
                                }
                            }
                        }
                    }
                }
            }
        }
        return PersonPackage.File(name: "data.json", bytes: json.bytes, records: tables.map(\.rows.count).reduce(0, +))
    }

    /// `data.xml`: the same, an element a field.
    func xml(person: RecordID, made: Instant) throws -> PersonPackage.File {
        let xml = try XMLWriter(isIndented: true)
        xml.beginDocument()
        xml.beginElement("package")
        xml.attribute("person", person.description)
        xml.attribute("made", made.description)
        for table in tables {
            xml.beginElement("object")
            xml.attribute("name", table.object.name)
            for row in table.rows {
                xml.beginElement("record")
                for field in table.fields where !row[field.name].isNull {
                    xml.element(field.name, Self.text(row[field.name]))
                }
                xml.endElement()
            }
            xml.endElement()
        }
        xml.endElement()
        xml.endDocument()
        var bytes: [UInt8] = []
        xml.drain(into: &bytes)
        return PersonPackage.File(name: "data.xml", bytes: bytes, records: tables.map(\.rows.count).reduce(0, +))
    }

    /// A value as CSV writes it.
    static func text(_ value: Value) -> String {
        if case .text(let text) = value { return text }
        var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
        csv.value(value)
        return String(decoding: csv.bytes, as: UTF8.self)
    }
}
