import HTTPTypes
import Hummingbird

/// `POST …?_HttpMethod=PATCH` stands for PATCH, for clients whose HTTP library cannot send it.
struct MethodOverrideStep {
    func apply(to request: Request) -> Request {
        guard request.method == .post, request.uri.path.hasPrefix("/services/"),
            let query = request.uri.query, query.contains("_HttpMethod="),
            let named = request.uri.queryParameters["_HttpMethod"]
        else { return request }
        var head = request.head
        switch named.uppercased() {
        case "PATCH": head.method = .patch
        case "DELETE": head.method = .delete
        case "PUT": head.method = .put
        default: break
        }
        return Request(head: head, body: request.body)
    }
}
