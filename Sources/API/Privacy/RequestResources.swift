import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Privacy
import Records

/// `requests`: what people asked by right. Each act on a request is a resource that is made: its approval, its execution.
struct RequestResources {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.own("requests", get: shared.own(queue), post: shared.own(open))
        router.own("requests/:id", get: shared.own(show))
        router.own("requests/:id/preview", get: shared.own(preview))
        router.own("requests/:id/certificate", get: shared.own(certificate))
        router.own("requests/:id/package", get: shared.own(package))
        router.own(
            "requests/:id/verification", post: act { try await $0.verify($1, method: try $2.required("method")) })
        router.own("requests/:id/approval", post: act { requests, id, _ in try await requests.approve(id) })
        router.own("requests/:id/refusal", post: act { try await $0.refuse($1, ground: try $2.required("ground")) })
        router.own("requests/:id/execution", post: act { try await $0.carryOut($1, note: try $2.text("note")) })
        router.own("requests/:id/announcement", post: act { try await $0.announce($1, how: try $2.required("how")) })
        router.own("requests/:id/lifting", post: act { requests, id, _ in try await requests.lift(id) })
        router.own("requests/:id/closure", post: act { requests, id, _ in try await requests.close(id) })
    }

    private func requests(_ call: RESTCall) -> Requests {
        Requests(call.session, environment: shared.environment)
    }

    private func act(
        _ act: @escaping @Sendable (Requests, RecordID, JSONValue) async throws -> DataSubjectRequest
    ) -> Handler {
        shared.own { call in
            let request = try await act(requests(call), try call.anyID(), try await call.optionalBody())
            return call.answer { RequestWriter.write(request, into: &$0) }
        }
    }

    @Sendable private func queue(_ call: RESTCall) async throws -> Response {
        let all = try await requests(call).queue()
        return call.answer { json in
            json.object { json in
                json.key("requests")
                json.array { json in for request in all { RequestWriter.write(request, into: &json) } }
            }
        }
    }

    @Sendable private func open(_ call: RESTCall) async throws -> Response {
        let body = try await call.optionalBody()
        let kinds = RequestKind.allCases.map(\.rawValue).joined(separator: ", ")
        guard let kind = RequestKind(rawValue: try body.required("kind")) else {
            throw PlatformError(.invalidOperation, "The kind of a request is one of \(kinds).", fields: ["kind"])
        }
        guard let person = RecordID(try body.required("person")) else {
            throw PlatformError(.malformedID, "The person must be the id of a record.", fields: ["person"])
        }
        let asking = Requests.Asking(
            kind, of: person, regulation: try body.text("regulation") ?? "gdpr", channel: "API",
            reason: try body.text("reason"),
            language: try body.text("language") ?? shared.engine.organisation.defaultLanguage
        )
        let request = try await requests(call).open(asking)
        return call.answer(.created, headers: [.location: "/services/azukari/v1/requests/\(request.id)"]) { json in
            RequestWriter.write(request, into: &json)
        }
    }

    @Sendable private func show(_ call: RESTCall) async throws -> Response {
        let id = try call.anyID()
        let request = try await requests(call).request(id)
        let steps = try await requests(call).steps(of: id)
        return call.answer { RequestWriter.write(request, steps: steps, into: &$0) }
    }

    @Sendable private func preview(_ call: RESTCall) async throws -> Response {
        let preview = try await requests(call).preview(try call.anyID())
        return call.answer { PreviewWriter.write(preview, into: &$0) }
    }

    /// The bytes as they were signed, for `azukari verify`.
    @Sendable private func certificate(_ call: RESTCall) async throws -> Response {
        .json(try await requests(call).certificate(of: try call.anyID()))
    }

    @Sendable private func package(_ call: RESTCall) async throws -> Response {
        try PersonResources.zip(try await requests(call).package(for: try call.anyID()))
    }
}
