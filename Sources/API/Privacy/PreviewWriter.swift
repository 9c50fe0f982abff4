import Engine
import Formats
import Privacy
import Records

/// What a request will touch, as our own interface shows it.
enum PreviewWriter {
    static func write(_ preview: RequestPreview, into json: inout JSONWriter) {
        json.object { json in
            json.key("nodes")
            json.array { json in
                for node in preview.nodes {
                    json.object { json in
                        json.member("object", node.object)
                        json.key("count")
                        json.integer(node.count)
                        write(node.fate, into: &json)
                    }
                }
            }
            json.key("edges")
            json.array { json in
                for edge in preview.edges {
                    json.object { json in
                        json.member("from", edge.from)
                        json.member("to", edge.to)
                        json.member("field", edge.field)
                        json.key("count")
                        json.integer(edge.count)
                    }
                }
            }
            json.key("places")
            json.array { json in
                for place in preview.places { write(place.place, fate: place.fate, into: &json) }
            }
        }
    }

    static func write(_ place: Place, fate: RequestPreview.Fate? = nil, into json: inout JSONWriter) {
        json.object { json in
            json.member("object", place.object)
            json.member("record", place.record.description)
            json.member("ext", place.externalID)
            json.member("field", place.field)
            json.key("start")
            json.integer(place.start)
            json.key("end")
            json.integer(place.end)
            json.member("text", place.text)
            json.member("kind", place.kind.rawValue)
            if let fate { write(fate, into: &json) }
        }
    }

    /// `"fate":"keep","ground":…,"until":…`
    private static func write(_ fate: RequestPreview.Fate, into json: inout JSONWriter) {
        let name =
            switch fate {
            case .delete: "delete"
            case .anonymise: "anonymise"
            case .redact: "redact"
            case .keep: "keep"
            case .seal: "seal"
            case .copy: "copy"
            case .leave: "leave"
            }
        json.member("fate", name)
        guard case .keep(let ground, let until) = fate else { return }
        json.member("ground", ground)
        json.key("until")
        json.value(until.map { .text($0) } ?? .null)
    }
}
