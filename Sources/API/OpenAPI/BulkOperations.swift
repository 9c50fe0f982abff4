import Formats
import HTTPTypes

extension APIOperation {
    private typealias S = APISchemas
    private typealias D = Describing

    /// Both bulk interfaces.
    static let bulk: [APIOperation] = second + first

    private static let job = D.told("The job.", S.named("Job"))
    private static let jobs = D.told(
        "Jobs, the newest first.",
        S.object(["done": S.truth, "records": S.list(S.named("Job")), "nextRecordsUrl": S.orNull(S.text)]))
    private static let locator = D.maybe("queryLocator", S.someText, "From nextRecordsUrl.")
    private static let rows: JSONValue = ["type": "string"]
    private static let maxRecords = D.maybe("maxRecords", S.positive, "How many rows a page has.")

    private static let second: [APIOperation] = [
        .rest(
            .get, "jobs/ingest", "The user's jobs that write",
            [D.maybe("jobType", S.oneOf(["Classic", "V2Ingest"]), "Of which interface."), locator], tells: jobs),
        .rest(.post, "jobs/ingest", "Makes a job that writes", body: D.sent(S.named("NewIngestJob")), tells: job),
        .rest(.get, "jobs/ingest/{id}", "How far a job is", tells: job),
        .rest(
            .patch, "jobs/ingest/{id}", "Begins a job, or aborts it",
            body: D.sent(S.object(["state": S.oneOf(["UploadComplete", "Aborted"])])), tells: job),
        .rest(
            .delete, "jobs/ingest/{id}", "Removes a job that has ended", status: 204, tells: D.nothing("It is gone.")),
        .rest(
            .get, "jobs/ingest/{id}/{part}", "What became of the rows", status: 200,
            tells: D.told("Rows in CSV.", rows, as: "text/csv")),
        .rest(
            .put, "jobs/ingest/{id}/{part}", "Takes the rows", body: D.sent(rows, as: "text/csv"), status: 201,
            tells: D.nothing("They are kept.")),
        .rest(.get, "jobs/query", "The user's jobs that read", [locator], tells: jobs),
        .rest(
            .post, "jobs/query", "Makes a job that reads, and begins it", body: D.sent(S.named("NewQueryJob")),
            tells: job),
        .rest(.get, "jobs/query/{id}", "How far a job is", tells: job),
        .rest(
            .patch, "jobs/query/{id}", "Aborts a job", body: D.sent(S.object(["state": S.oneOf(["Aborted"])])),
            tells: job),
        .rest(.delete, "jobs/query/{id}", "Removes a job that has ended", status: 204, tells: D.nothing("It is gone.")),
        .rest(
            .get, "jobs/query/{id}/results", "The rows of a job",
            [maxRecords, D.maybe("locator", S.someText, "From the header Sforce-Locator of the page before.")],
            status: 200,
            tells: D.told("Rows in CSV.", rows, as: "text/csv")),
        .rest(
            .get, "jobs/query/{id}/resultPages", "The pages of a job's rows, to be fetched side by side", [maxRecords],
            status: 200,
            tells: D.told(
                "Paths.",
                S.object([
                    "resultPages": S.list(S.object(["resultUrl": S.text])), "nextRecordsUrl": S.orNull(S.text),
                    "done": S.truth,
                ]))),
    ]

    /// Bodies and answers in XML, or JSON for jobs of JSON.
    private static let first: [APIOperation] = [
        async(.post, "job", "Makes a job", takes: ["application/xml", "application/json"], 201),
        async(.get, "job/{id}", "How far a job is"),
        async(.post, "job/{id}", "Closes a job, or aborts it", takes: ["application/xml", "application/json"]),
        async(.get, "job/{id}/batch", "The batches of a job"),
        async(
            .post, "job/{id}/batch", "Adds a batch of rows, or a query",
            takes: ["text/csv", "application/xml", "application/json"], 201),
        async(.get, "job/{id}/batch/{batch}", "How far a batch is"),
        async(.get, "job/{id}/batch/{batch}/request", "The rows sent"),
        async(.get, "job/{id}/batch/{batch}/result", "What became of the rows, or which results there are"),
        async(.get, "job/{id}/batch/{batch}/result/{result}", "The rows of a query"),
    ]

    private static func async(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, takes types: [String] = [], _ status: Int = 200
    ) -> APIOperation {
        let content = types.map { JSONMember($0, ["schema": $0 == "application/json" ? S.anyObject : rows]) }
        let told = ["application/xml", "application/json", "text/csv"].map { JSONMember($0, [:]) }
        return APIOperation(
            method: method, path: "services/async/{version}/\(path)", summary: summary,
            parameters: [
                [
                    "name": "X-SFDC-Session", "in": "header", "required": false, "schema": S.text,
                    "description": "The token, as this interface names it.",
                ]
            ],
            body: types.isEmpty ? nil : ["required": true, "content": .object(content)],
            answers: [(status, ["description": "What was asked for.", "content": .object(told)])], errors: .other)
    }
}
