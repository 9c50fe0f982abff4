import Formats
import HTTPTypes

extension APIOperation {
    private typealias S = APISchemas
    private typealias D = Describing

    private static let fields = D.maybe("fields", S.someText, "Names of fields, with commas; all without it.")
    private static let query = D.needed(
        "q", S.someText, "A query of the schema, in SOQL.", example: "SELECT QualifiedApiName FROM EntityDefinition")
    private static let pageSize = D.header("Sforce-Query-Options", S.text, "batchSize=200 to 2000.")
    private static let duplicates = D.header("Sforce-Duplicate-Rule-Header", S.text, "allowSave=true")
    private static let unmodified = D.header(
        "If-Unmodified-Since", S.text, "Refused with 412 when the record has changed since.")
    private static let row = D.told("The record.", S.named("Record"))
    private static let page = D.told("A page of rows.", S.named("QueryResult"))
    private static let found = D.told("What was found.", S.named("SearchResult"))
    private static let newRecord = D.sent(S.named("NewRecord"))
    private static let outcomes = D.told("An outcome for each row.", S.list(S.named("Outcome")))
    private static let paths: JSONValue = ["type": "object", "additionalProperties": S.text]

    private static let ids = D.needed("ids", S.someText, "Ids of people, or e-mail addresses, with commas.")
    private static let consentQuestion = [
        ids, D.maybe("verbose", S.text, "true: which records were asked."),
        D.maybe("aggregatedConsent", S.text, "true: one answer for all."),
        D.maybe("datetime", S.stamp, "As it is then."), D.maybe("purpose", S.text, "The name of a purpose."),
        D.maybe("policy", S.oneOf(["requireExplicitConsent"]), "Nothing known means no."),
    ]

    /// Versions, limits, the schema, records, queries and searches.
    static let records: [APIOperation] = [
        APIOperation(
            method: .get, path: "services/data", summary: "The versions that are served, the newest last",
            answers: [
                (200, D.told("Versions.", S.list(S.object(["label": S.text, "url": S.text, "version": S.text]))))
            ],
            isOpen: true),
        APIOperation(
            method: .get, path: "services/data/{version}", summary: "The resources of a version",
            answers: [(200, D.told("Paths by the names of resources.", paths))]),
        rest(.get, "limits", "What may be used a day, and what is left", tells: D.told("Limits.", S.anyObject)),
        rest(
            .get, "limits/recordCount", "How many records objects have",
            [D.maybe("sObjects", S.text, "Names of objects, with commas.")],
            tells: D.told("Counts.", S.object(["sObjects": S.list(S.object(["name": S.text, "count": S.count]))]))),
        rest(
            .get, "sobjects", "The objects that the user may see",
            tells: D.told(
                "Objects.", S.object(["encoding": S.text, "maxBatchSize": S.count, "sobjects": S.list(S.anyObject)]))),
        rest(
            .get, "sobjects/{object}", "An object in brief, and records of it that the user changed lately",
            tells: D.told(
                "The object.", S.object(["objectDescribe": S.anyObject, "recentItems": S.list(S.named("Record"))]))),
        rest(
            .post, "sobjects/{object}", "Makes a record", [duplicates], body: newRecord, status: 201,
            tells: D.told("It was made.", S.named("Saved"))),
        rest(
            .get, "sobjects/{object}/describe", "An object with its fields and children",
            tells: D.told("The object.", S.object(["name": S.text, "fields": S.list(S.anyObject)]))),
        rest(
            .get, "sobjects/{object}/describe/layouts", "How a page for a record may be laid out",
            tells: D.told(
                "Layouts.", S.object(["layouts": S.list(S.anyObject), "recordTypeMappings": S.list(S.anyObject)]))),
        rest(
            .get, "sobjects/{object}/describe/layouts/{type}", "The layout of a record type",
            tells: D.told("The layout.", S.anyObject)),
        rest(
            .get, "sobjects/{object}/describe/compactLayouts", "The fields by which a record is known at a glance",
            tells: D.told("Compact layouts.", S.object(["compactLayouts": S.list(S.anyObject)]))),
        rest(
            .get, "sobjects/{object}/describe/approvalLayouts", "None: there are no approvals",
            tells: D.told("None.", S.object(["approvalLayouts": S.list(S.anyObject)]))),
        rest(
            .get, "compactLayouts", "Compact layouts of several objects",
            [D.needed("q", S.someText, "Names of objects, with commas.", example: "Account,Contact")],
            tells: D.told("By object.", S.anyObject)),
        rest(
            .get, "consent/action/{action}", "Whether something may be done to people", consentQuestion,
            tells: D.told("By the ids as they were sent.", S.anyObject)),
        rest(
            .patch, "consent/action/{action}", "Takes the word of people about it",
            [
                ids, D.needed("status", S.oneOf(["optin", "optout"]), "Yes or no."),
                D.maybe("textShown", S.text, "What the person agreed to; an opt-in of a channel needs it."),
                D.maybe(
                    "captureContactPoint", S.text, "How they said it: Web, Phone, Email, MailingAddress, InPerson."),
                D.maybe("captureSource", S.text, "Where they said it."), D.maybe("captureDate", S.stamp, "When."),
            ],
            tells: D.told("By the ids as they were sent.", S.anyObject)),
        rest(
            .get, "consent/multiaction", "The same for several actions",
            [D.needed("actions", S.someText, "Names, with commas.", example: "email,track")] + consentQuestion,
            tells: D.told("By the ids as they were sent.", S.anyObject)),
        rest(
            .get, "recent", "What the user changed lately",
            [D.maybe("limit", S.count, "At most; 200 without it.")],
            tells: D.told("Records, the last first.", S.list(S.named("Record")))),
        rest(
            .get, "sobjects/{object}/updated", "Records that changed in a window of the last thirty days", window,
            tells: D.told("Ids.", S.object(["ids": S.list(S.id), "latestDateCovered": S.stamp]))),
        rest(
            .get, "sobjects/{object}/deleted", "Records that were deleted in a window of the last thirty days", window,
            tells: D.told(
                "Ids with the moment of each deletion.",
                S.object([
                    "deletedRecords": S.list(S.object(["id": S.id, "deletedDate": S.stamp])),
                    "earliestDateAvailable": S.stamp, "latestDateCovered": S.stamp,
                ]))),
        rest(.get, "sobjects/{object}/{id}", "A record", [fields], tells: row),
        rest(
            .post, "sobjects/{object}/{id}", "Makes a record; the id in the path is the word Id", [duplicates],
            body: newRecord, status: 201, tells: D.told("It was made.", S.named("Saved"))),
        rest(
            .patch, "sobjects/{object}/{id}", "Changes a record", [unmodified, duplicates], body: newRecord,
            status: 204,
            tells: D.nothing("It was changed.")),
        rest(
            .delete, "sobjects/{object}/{id}", "Deletes a record", [unmodified], status: 204,
            tells: D.nothing("It was deleted.")),
        rest(
            .get, "sobjects/{object}/{id}/{value}",
            "A record by an external id; or what a record is related to, or its file", [fields],
            tells: [
                "description": "The record, its relatives, or the bytes of its file.",
                "content": [
                    "application/json": ["schema": S.anyObject],
                    "application/octet-stream": ["schema": ["type": "string", "format": "binary"]],
                ],
            ], or: [several]),
        rest(
            .post, "sobjects/{object}/{id}/{value}", "Changes the record with an external id, or makes it",
            [updateOnly, duplicates], body: newRecord, tells: saved, or: [(201, saved), unanswered, several]),
        rest(
            .patch, "sobjects/{object}/{id}/{value}", "Changes the record with an external id, or makes it",
            [updateOnly, duplicates], body: newRecord, tells: saved, or: [(201, saved), unanswered, several]),
        rest(
            .delete, "sobjects/{object}/{id}/{value}",
            "Deletes the record with an external id; or makes a password for a user", status: 204,
            tells: D.nothing("It was deleted."),
            or: [(200, D.told("The password.", S.object(["NewPassword": S.text]))), several]),
        rest(.get, "query", "The first page of a query", [queryOrPlan, plan, pageSize], tells: pageOrPlan),
        rest(
            .get, "queryAll", "The first page of a query, deleted records included", [queryOrPlan, plan, pageSize],
            tells: pageOrPlan),
        rest(.get, "query/{locator}", "The next page of a query", [pageSize], tells: page),
        rest(.get, "queryAll/{locator}", "The next page of a query of deleted records too", [pageSize], tells: page),
        rest(
            .get, "search", "Records by their texts",
            [D.needed("q", S.someText, "A search in SOSL.", example: "FIND {Row} RETURNING Contact(Name)")],
            tells: found),
        rest(
            .get, "parameterizedSearch", "Records by their texts, by parameters",
            [
                D.needed("q", S.someText, "What is searched."),
                D.maybe("in", S.oneOf(["ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR"]), "Which fields are searched."),
                D.maybe("fields", S.someText, "Names of fields, with commas."),
                D.maybe("sobject", S.name, "An object; may be there several times."),
                D.maybe("overallLimit", S.positive, "How many in all."),
                D.maybe("defaultLimit", S.positive, "How many of an object."),
            ], tells: found),
        rest(
            .post, "parameterizedSearch", "Records by their texts, by a body",
            body: D.sent(
                S.object(
                    ["q": S.someText],
                    optional: [
                        "in": S.oneOf(["ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR"]), "fields": S.list(S.someText),
                        "sobjects": S.list(
                            S.object(
                                ["name": S.name],
                                optional: [
                                    "fields": S.list(S.someText), "where": S.someText, "orderBy": S.someText,
                                    "limit": S.positive,
                                ])), "overallLimit": S.positive, "defaultLimit": S.positive,
                    ])), tells: found),
    ]

    /// Several calls or records in one.
    static let composite: [APIOperation] = [
        rest(.get, "composite", "The composite resources", tells: D.told("Paths.", paths)),
        rest(
            .post, "composite", "Calls that may refer to each other's answers",
            body: D.sent(
                S.object(
                    ["compositeRequest": S.list(S.named("Subrequest"), atMost: 25, atLeast: 1)],
                    optional: ["allOrNone": S.maybeTrue])), status: 200,
            tells: D.told("An answer for each.", S.object(["compositeResponse": S.list(S.named("Subanswer"))]))),
        rest(
            .post, "composite/graph", "Graphs of calls, each one transaction",
            body: D.sent(
                S.object([
                    "graphs": S.list(
                        S.object([
                            "graphId": S.someText,
                            "compositeRequest": S.list(S.named("Subrequest"), atMost: 500, atLeast: 1),
                        ]), atMost: 75, atLeast: 1)
                ])), status: 200,
            tells: D.told(
                "An answer for each graph.",
                S.object([
                    "graphs": S.list(
                        S.object(["graphId": S.text, "graphResponse": S.anyObject, "isSuccessful": S.truth]))
                ]))),
        rest(
            .post, "composite/batch", "Calls of their own in one round trip",
            body: D.sent(
                S.object(
                    [
                        "batchRequests": S.list(
                            S.object(
                                ["method": S.oneOf(["GET", "POST", "PUT", "PATCH", "DELETE"]), "url": S.someText],
                                optional: ["richInput": [:]]), atMost: 25, atLeast: 1)
                    ],
                    optional: ["haltOnError": S.maybeTrue])), status: 200,
            tells: D.told(
                "An answer for each.",
                S.object([
                    "hasErrors": S.truth, "results": S.list(S.object(["statusCode": S.count, "result": [:]])),
                ]))),
        rest(
            .post, "composite/tree/{object}", "New records with their children, all or none", [duplicates],
            body: D.sent(
                S.object([
                    "records": S.list(
                        S.object(["attributes": S.object(["type": S.name, "referenceId": S.someText])]), atMost: 200,
                        atLeast: 1)
                ])), status: 201,
            tells: D.told("They were made.", tree),
            or: [(400, D.told("None was made.", ["anyOf": [tree, S.named("Errors")]]))]),
        rest(
            .post, "composite/sobjects", "Makes up to 200 records", [duplicates], body: typedRecords, tells: outcomes),
        rest(
            .patch, "composite/sobjects", "Changes up to 200 records", [duplicates], body: typedRecords, tells: outcomes
        ),
        rest(
            .delete, "composite/sobjects", "Deletes up to 200 records",
            [
                D.needed("ids", S.someText, "Ids with commas."),
                D.maybe("allOrNone", S.truth, "Whether one refusal undoes all."),
            ], tells: outcomes),
        rest(
            .get, "composite/sobjects/{object}", "Up to 2,000 records by their ids",
            [
                D.needed("ids", S.someText, "Ids with commas."),
                D.needed("fields", S.someText, "Names of fields, with commas."),
            ], tells: records200),
        rest(
            .post, "composite/sobjects/{object}", "Up to 2,000 records by their ids",
            body: D.sent(
                S.object([
                    "ids": S.list(S.text, atMost: 2000, atLeast: 1), "fields": S.list(S.name, atLeast: 1),
                ])), status: 200,
            tells: records200),
        rest(
            .patch, "composite/sobjects/{object}/{id}", "Changes the records with external ids, or makes them",
            [duplicates], body: typedRecords, tells: outcomes),
    ]

    /// Facts about the schema as rows.
    static let tooling: [APIOperation] = [
        rest(.get, "tooling/query", "A query of the schema", [query], tells: page),
        rest(
            .get, "tooling/sobjects", "The objects that such queries know",
            tells: D.told("Objects.", S.object(["sobjects": S.list(S.anyObject)]))),
        rest(
            .get, "tooling/sobjects/{object}/describe", "One of them",
            tells: D.told("The object.", S.object(["name": S.text]))),
        rest(
            .get, "tooling/executeAnonymous", "Not supported; says so",
            [D.needed("anonymousBody", S.text, "Code.")],
            tells: D.told("That it was not run.", S.object(["compiled": S.truth, "success": S.truth]))),
    ]

    private static let window = [
        D.needed("start", S.moment, "From when on."), D.needed("end", S.moment, "Until when; a minute later or more."),
    ]
    private static let queryOrPlan = D.maybe(
        "q", S.someText, "A query in SOQL; needed without explain.", example: "SELECT Id, Name FROM Contact")
    private static let plan = D.maybe("explain", S.someText, "A query whose plan is asked for instead of its rows.")
    private static let pageOrPlan = D.told(
        "A page of rows, or the plan.", ["anyOf": [S.named("QueryResult"), S.named("QueryPlan")]])
    private static let updateOnly = D.maybe("updateOnly", S.truth, "Refuses to make a record.")
    private static let saved = D.told("The record.", S.named("Saved"))
    private static let unanswered = (204, D.nothing("It was changed, in versions before 46."))
    private static let several = (300, D.told("Several records have that value: their paths.", S.list(S.text)))
    private static let records200 = D.told(
        "The records in the order asked for, null for those that are not there.", S.list(S.orNull(S.named("Record"))))
    private static let typedRecords = D.sent(
        S.object(["records": S.list(S.named("TypedRecord"), atMost: 200)], optional: ["allOrNone": S.maybeTrue]))
    private static let tree = S.object([
        "hasErrors": S.truth,
        "results": S.list(S.object(["referenceId": S.text], optional: ["id": S.id, "errors": S.list(S.anyObject)])),
    ])
}
