import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `composite` and `composite/graph`: calls that build on each other's answers, each for itself or all of them in one
/// transaction.
struct Composite {
    let shared: Shared
    let inner: InnerRequests

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("composite", get: shared.rest(list), post: shared.rest(composite))
        router.rest("composite/graph", post: shared.rest(graphs))
    }

    @Sendable private func list(_ call: RESTCall) -> Response {
        call.answer { json in
            json.object { json in
                for name in ["batch", "graph", "sobjects", "tree"] {
                    json.member(name, "\(call.base)/composite/\(name)")
                }
            }
        }
    }

    @Sendable private func composite(_ call: RESTCall) async throws -> Response {
        let body = try await call.body()
        let requests = try Self.subrequests(body["compositeRequest"])
        guard requests.count <= Limits.compositeRequestsMax else {
            throw PlatformError(
                .operationTooLarge, "A composite call takes at most \(Limits.compositeRequestsMax) subrequests.")
        }
        guard requests.count(where: Self.readsMany) <= Limits.compositeQueriesMax else {
            throw PlatformError(
                .operationTooLarge,
                "Of the subrequests of a composite call at most \(Limits.compositeQueriesMax) are queries or collections."
            )
        }
        let answers = await answer(requests, call, isOne: try body.flag("allOrNone"))
        return call.answer { json in json.object { Self.write(answers, into: &$0) } }
    }

    @Sendable private func graphs(_ call: RESTCall) async throws -> Response {
        guard let graphs = try await call.body()["graphs"]?.elements, !graphs.isEmpty else {
            throw Subrequest.malformed("The body needs an array `graphs` with at least one graph.")
        }
        let read = try graphs.map { graph in
            guard let id = graph["graphId"]?.string, !id.isEmpty else {
                throw Subrequest.malformed("A graph needs a graphId.")
            }
            return (id: id, requests: try Self.subrequests(graph["compositeRequest"]))
        }
        guard Set(read.map(\.id)).count == read.count else { throw Subrequest.malformed("A graphId is there twice.") }
        guard read.count <= Limits.graphsMax, read.reduce(0, { $0 + $1.requests.count }) <= Limits.graphNodesMax else {
            throw PlatformError(
                .operationTooLarge,
                "A call takes at most \(Limits.graphsMax) graphs with \(Limits.graphNodesMax) subrequests in all.")
        }
        var answers: [(id: String, answers: [Subanswer])] = []
        for graph in read { answers.append((graph.id, await answer(graph.requests, call, isOne: true))) }
        return call.answer { json in
            json.object { json in
                json.key("graphs")
                json.array { json in
                    for graph in answers {
                        json.object { json in
                            json.member("graphId", graph.id)
                            json.key("graphResponse")
                            json.object { Self.write(graph.answers, into: &$0) }
                            json.key("isSuccessful")
                            json.boolean(!graph.answers.contains(where: \.isFailure))
                        }
                    }
                }
            }
        }
    }

    /// - Parameter isOne: Whether all of them are one transaction.
    private func answer(_ requests: [Subrequest], _ call: RESTCall, isOne: Bool) async -> [Subanswer] {
        let door = Subrequests(call: call, inner: inner) { Self.mayAsk($0) }
        guard isOne else { return await Self.answer(requests, door, call.session, stopsAtFailure: false) }
        do {
            return try await call.session.together { session in
                let answers = await Self.answer(requests, door, session, stopsAtFailure: true)
                if answers.contains(where: \.isFailure) { throw Undone(value: answers) }
                return answers
            }
        } catch let undone as Undone<[Subanswer]> {
            return undone.value.map { $0.isFailure ? $0 : .halted($0.reference) }
        } catch {
            let error = (error as? PlatformError) ?? PlatformError(.serverUnavailable, "The transaction was undone.")
            return requests.map { .refused($0.reference, error.code, error.message) }
        }
    }

    private static func answer(
        _ requests: [Subrequest], _ door: Subrequests, _ session: Session, stopsAtFailure: Bool
    ) async -> [Subanswer] {
        var references = References()
        var answers: [Subanswer] = []
        for request in requests {
            if stopsAtFailure, answers.last?.isFailure == true {
                answers.append(.halted(request.reference))
                continue
            }
            let answer = await door.answer(request, as: session, references: references)
            references.add(answer)
            answers.append(answer)
        }
        return answers
    }

    private static func subrequests(_ value: JSONValue?) throws -> [Subrequest] {
        guard let elements = value?.elements, !elements.isEmpty else {
            throw Subrequest.malformed("`compositeRequest` must be an array with at least one subrequest.")
        }
        let requests = try elements.map { try Subrequest($0, bodyName: "body", needsReference: true) }
        var seen: Set<String> = []
        for request in requests where !seen.insert(request.reference).inserted {
            throw Subrequest.malformed("Duplicate referenceId provided in the request: \(request.reference)")
        }
        return requests
    }

    /// What takes part in a transaction: records and queries.
    private static func mayAsk(_ path: Substring) -> Bool {
        let resource = path.prefix { $0 != "?" }
        return ["sobjects", "query", "queryAll", "composite/sobjects"].contains { name in
            resource == name || resource.hasPrefix("\(name)/")
        }
    }

    private static func readsMany(_ request: Subrequest) -> Bool {
        request.url.contains("/query") || request.url.contains("/composite/sobjects")
    }

    private static func write(_ answers: [Subanswer], into json: inout JSONWriter) {
        json.key("compositeResponse")
        json.array { json in for answer in answers { answer.write(into: &json) } }
    }
}
