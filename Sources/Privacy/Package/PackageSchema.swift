import Formats
import Records

extension PackageRecords {
    /// `data.schema.json`: JSON Schema (2020-12) of `data.json`, with the fields' labels as titles.
    func schema(language: String) -> PersonPackage.File {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.key("$schema")
            json.string("https://json-schema.org/draft/2020-12/schema")
            json.key("type")
            json.string("object")
            Self.required(["person", "made", "records"], &json)
            json.key("properties")
            json.object { json in
                for name in ["$schema", "person"] {
                    json.key(name)
                    Self.type("string", &json)
                }
                json.key("made")
                Self.type("string", format: "date-time", &json)
                json.key("records")
                json.object { json in
                    json.key("type")
                    json.string("object")
                    json.key("properties")
                    json.object { json in
                        for table in tables {
                            json.key(table.object.name)
                            Self.table(table, language, &json)
                        }
                    }
                }
            }
        }
        return PersonPackage.File(name: "data.schema.json", bytes: json.bytes, records: nil)
    }

    private static func table(_ table: Table, _ language: String, _ json: inout JSONWriter) {
        json.object { json in
            json.key("title")
            json.string(language == "ja" ? table.object.labelJa : table.object.labelPlural)
            json.key("type")
            json.string("array")
            json.key("items")
            json.object { json in
                json.key("type")
                json.string("object")
                required(["Id"], &json)
                json.key("properties")
                json.object { json in
                    for field in table.fields {
                        json.key(field.name)
                        let (type, format) = form(field.type)
                        Self.type(type, format: format, title: language == "ja" ? field.labelJa : field.label, &json)
                    }
                }
            }
        }
    }

    private static func required(_ names: [String], _ json: inout JSONWriter) {
        json.key("required")
        json.array { json in for name in names { json.string(name) } }
    }

    private static func type(
        _ type: String, format: String? = nil, title: String? = nil, _ json: inout JSONWriter
    ) {
        json.object { json in
            if let title {
                json.key("title")
                json.string(title)
            }
            json.key("type")
            json.string(type)
            if let format {
                json.key("format")
                json.string(format)
            }
        }
    }

    /// The type of JSON and the format, as `data.json` writes values. Datetimes end in `+0000`, which RFC 3339 does not
    /// know, so no format is claimed for them.
    private static func form(_ type: FieldType) -> (type: String, format: String?) {
        switch type {
        case .boolean: ("boolean", nil)
        case .int, .long: ("integer", nil)
        case .double, .currency, .percent: ("number", nil)
        case .date: ("string", "date")
        default: ("string", nil)
        }
    }
}
