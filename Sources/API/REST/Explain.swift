import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `query?explain=SOQL`: how a query would be carried out, and at what cost.
enum Explain {
    static func answer(_ call: RESTCall, _ soql: String) async throws -> Response {
        let plan = try await call.session.explain(soql)
        let isScan = plan.fields.isEmpty
        return call.answer { json in
            json.object { json in
                json.key("plans")
                json.array { json in
                    json.object { json in
                        json.key("cardinality")
                        json.integer(plan.rows)
                        json.key("fields")
                        json.array { json in for field in plan.fields { json.string(field) } }
                        json.member("leadingOperationType", isScan ? "TableScan" : "Index")
                        json.key("notes")
                        json.array { _ in }
                        json.key("relativeCost")
                        // A scan costs what the object has, an index what the query finds of it.
                        json.double(isScan ? 1 : Double(plan.rows) / Double(max(plan.rowsOfObject, 1)))
                        json.key("sobjectCardinality")
                        json.integer(plan.rowsOfObject)
                        json.member("sobjectType", plan.object)
                    }
                }
                json.member("sourceQuery", soql)
            }
        }
    }
}
