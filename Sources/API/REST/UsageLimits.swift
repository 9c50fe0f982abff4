import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `limits`: what may be used a day and what is left; `limits/recordCount`: how many rows there are.
struct UsageLimits {
    let shared: Shared

    /// Clients read these names; where the feature is not served its maximum is 0.
    private static let unserved = [
        "ConcurrentAsyncGetReportInstances", "ConcurrentSyncReportRuns", "DailyAsyncApexExecutions",
        "DailyBulkApiBatches", "DailyBulkApiRequests", "DailyBulkV2QueryFileStorageMB", "DailyBulkV2QueryJobs",
        "DailyGenericStreamingApiEvents", "DailyStreamingApiEvents", "DailyWorkflowEmails", "DataStorageMB",
        "FileStorageMB", "HourlyAsyncReportRuns", "HourlyDashboardRefreshes", "HourlyDashboardResults",
        "HourlyDashboardStatuses", "HourlySyncReportRuns", "HourlyTimeBasedWorkflow", "MassEmail",
        "MonthlyPlatformEvents", "SingleEmail", "StreamingApiConcurrentClients",
    ]

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("limits", get: shared.rest(limits))
        router.rest("limits/recordCount", get: shared.rest(recordCount))
    }

    @Sendable private func limits(_ call: RESTCall) -> Response {
        call.answer { json in
            json.object { json in
                Self.limit("DailyApiRequests", shared.usage.quota.daily, used: shared.usage.today, in: &json)
                for name in Self.unserved { Self.limit(name, 0, used: 0, in: &json) }
                json.key("PermissionSets")
                json.object { json in
                    json.key("Max")
                    json.integer(0)
                    json.key("Remaining")
                    json.integer(0)
                    Self.limit("CreateCustom", 0, used: 0, in: &json)
                }
            }
        }
    }

    private static func limit(_ name: String, _ max: Int, used: Int, in json: inout JSONWriter) {
        json.key(name)
        json.object { json in
            json.key("Max")
            json.integer(max)
            json.key("Remaining")
            json.integer(Swift.max(0, max - used))
        }
    }

    @Sendable private func recordCount(_ call: RESTCall) async throws -> Response {
        let schema = try await call.session.schema()
        var objects = schema.objects.filter { $0.isQueryable && !$0.isInternal }
        if let names = call.query["sObjects"] {
            objects = names.split(separator: ",").compactMap { schema.object($0.trimmingSpaces()) }
                .filter { $0.isQueryable && !$0.isInternal }
        }
        var counts: [(name: String, count: Int)] = []
        for object in objects {
            let page = try await call.session.page(
                "SELECT COUNT() FROM \(object.name)", size: Limits.queryPageRowsDefault, deleted: .without
            )
            counts.append((object.name, page.totalSize))
        }
        return call.answer { json in
            json.object { json in
                json.key("sObjects")
                json.array { json in
                    for (name, count) in counts {
                        json.object { json in
                            json.key("count")
                            json.integer(count)
                            json.member("name", name)
                        }
                    }
                }
            }
        }
    }
}
