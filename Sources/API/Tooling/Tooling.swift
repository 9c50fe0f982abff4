import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `tooling`: the schema as rows, and what there would be of code.
struct Tooling {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("tooling/query", get: shared.rest(query))
        router.rest("tooling/sobjects", get: shared.rest(list))
        router.rest("tooling/sobjects/:object/describe", get: shared.rest(describe))
        router.rest("tooling/executeAnonymous", get: shared.rest(execute))
    }

    @Sendable private func query(_ call: RESTCall) async throws -> Response {
        guard let soql = call.query["q"] else {
            throw PlatformError(.missingArgument, "The parameter q with a SOQL query is missing.")
        }
        let query = try MetadataQuery(soql)
        let rows = try query.rows(of: Metadata(schema: try await call.session.schema()))
        return call.answer { json in
            json.object { json in
                json.key("size")
                json.integer(rows.count)
                json.key("totalSize")
                json.integer(rows.count)
                json.key("done")
                json.boolean(true)
                json.key("queryLocator")
                json.null()
                json.member("entityTypeName", query.object)
                json.key("records")
                json.array { json in
                    if query.isCount { return }
                    for row in rows { write(row, of: query, call, into: &json) }
                }
            }
        }
    }

    private func write(_ row: Metadata.Row, of query: MetadataQuery, _ call: RESTCall, into json: inout JSONWriter) {
        json.object { json in
            attributes(query.object, row["id"]?.text ?? "", call, into: &json)
            for field in query.fields where !field.contains(".") {
                json.key(field)
                json.value(row[field.lowercased()] ?? .null)
            }
            let paths = query.fields.compactMap { $0.contains(".") ? $0.split(separator: ".") : nil }
            guard let parent = paths.first?.first else { return }
            json.key(String(parent))
            json.object { json in
                attributes(String(parent), row["entitydefinitionid"]?.text ?? "", call, into: &json)
                for path in paths {
                    json.key(String(path[1]))
                    json.value(row[path.joined(separator: ".").lowercased()] ?? .null)
                }
            }
        }
    }

    private func attributes(_ object: String, _ id: String, _ call: RESTCall, into json: inout JSONWriter) {
        json.key("attributes")
        json.object { json in
            json.member("type", object)
            json.member("url", "\(call.base)/tooling/sobjects/\(object)/\(PercentEncoding.encode(id))")
        }
    }

    @Sendable private func list(_ call: RESTCall) -> Response {
        call.answer { json in
            json.object { json in
                json.member("encoding", "UTF-8")
                json.key("maxBatchSize")
                json.integer(Limits.collectionRowsMax)
                json.key("sobjects")
                json.array { json in
                    for name in Metadata.fields.keys.sorted() {
                        json.object { json in
                            json.member("name", name)
                            json.key("queryable")
                            json.boolean(true)
                            json.key("urls")
                            json.object { $0.member("describe", "\(call.base)/tooling/sobjects/\(name)/describe") }
                        }
                    }
                }
            }
        }
    }

    @Sendable private func describe(_ call: RESTCall) throws -> Response {
        let name = try call.parameter("object")
        guard let (object, fields) = Metadata.fields.first(where: { $0.key.lowercased() == name.lowercased() }) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return call.answer { json in
            json.object { json in
                json.member("name", object)
                json.key("queryable")
                json.boolean(true)
                json.key("fields")
                json.array { json in
                    for field in fields where !field.contains(".") {
                        json.object { json in
                            json.member("name", field)
                            json.member("label", field)
                        }
                    }
                }
            }
        }
    }

    /// There is no Apex; the answer says so in its own form.
    @Sendable private func execute(_ call: RESTCall) throws -> Response {
        guard call.query["anonymousBody"] != nil else {
            throw PlatformError(.missingArgument, "The parameter anonymousBody is missing.")
        }
        return call.answer { json in
            json.object { json in
                json.key("line")
                json.integer(1)
                json.key("column")
                json.integer(1)
                json.key("compiled")
                json.boolean(false)
                json.key("success")
                json.boolean(false)
                json.member("compileProblem", "Not supported yet")
                for name in ["exceptionStackTrace", "exceptionMessage"] {
                    json.key(name)
                    json.null()
                }
            }
        }
    }
}
