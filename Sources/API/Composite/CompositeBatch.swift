import Formats
import HTTP
import Hummingbird
import Records

/// `composite/batch`: calls of their own in one round trip.
struct CompositeBatch {
    let shared: Shared
    let inner: InnerRequests

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("composite/batch", post: shared.rest(batch))
    }

    @Sendable private func batch(_ call: RESTCall) async throws -> Response {
        let body = try await call.body()
        guard let elements = body["batchRequests"]?.elements, !elements.isEmpty else {
            throw Subrequest.malformed("The body needs an array `batchRequests` with at least one request.")
        }
        guard elements.count <= Limits.compositeRequestsMax else {
            throw PlatformError(
                .operationTooLarge, "A batch takes at most \(Limits.compositeRequestsMax) subrequests.")
        }
        let requests = try elements.map { try Subrequest($0, bodyName: "richInput", needsReference: false) }
        let stops = try body.flag("haltOnError")
        // A composite call inside would be a way round its limits.
        let door = Subrequests(call: call, inner: inner) {
            !$0.hasPrefix("composite") || $0.hasPrefix("composite/sobjects")
        }
        var answers: [Subanswer] = []
        for request in requests {
            if stops, answers.contains(where: \.isFailure) {
                answers.append(
                    .refused(
                        "", .batchProcessingHalted,
                        "Batch processing halted per request due to error in previous operation"))
            } else {
                answers.append(await door.answer(request, as: call.session, references: References()))
            }
        }
        return call.answer { json in
            json.object { json in
                json.key("hasErrors")
                json.boolean(answers.contains(where: \.isFailure))
                json.key("results")
                json.array { json in
                    for answer in answers {
                        json.object { json in
                            json.key("statusCode")
                            json.integer(answer.status)
                            json.key("result")
                            if answer.body.isEmpty { json.null() } else { json.raw(answer.body) }
                        }
                    }
                }
            }
        }
    }
}
