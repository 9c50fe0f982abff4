import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `recent`: what the user changed lately, of every object that people work with, the last first.
struct RecentItems {
    let shared: Shared

    private static let rowsMax = 200

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("recent", get: shared.rest(recent))
    }

    @Sendable private func recent(_ call: RESTCall) async throws -> Response {
        let text = call.query["limit"]
        guard let count = text.map(Int.init) ?? Self.rowsMax, (1...Self.rowsMax).contains(count) else {
            throw PlatformError(.invalidOperation, "limit is a number from 1 to \(Self.rowsMax).")
        }
        let objects = try await call.session.schema().objects.filter { object in
            !object.isInternal && object.isSearchable && object.isQueryable && object.nameField != nil
        }
        var found: [(stamp: Instant, id: RecordID)] = []
        for object in objects {
            let rows = try await call.session.query(
                """
                SELECT Id, SystemModstamp FROM \(object.name) WHERE LastModifiedById = :me \
                ORDER BY SystemModstamp DESC LIMIT \(count)
                """,
                bindings: ["me": .one(.id(call.session.user))])
            found += rows.compactMap { row in
                guard let id = row.id, let stamp = row["SystemModstamp"].datetime else { return nil }
                return (stamp, id)
            }
        }
        found.sort { ($0.stamp, $0.id) > ($1.stamp, $1.id) }
        let latest = found.prefix(count).map(\.id)
        var written: [RecordID: [UInt8]] = [:]
        for object in objects {
            let ids = latest.filter { $0.prefix == object.keyPrefix }
            guard !ids.isEmpty, let name = object.nameField?.name else { continue }
            let rows = try await call.session.retrieve(object.name, ids, fields: ["Id", name], with: call.records)
            for (id, row) in zip(ids, rows) { written[id] = row }
        }
        return call.answer { json in
            json.array { json in for id in latest { if let row = written[id] { json.raw(row) } } }
        }
    }
}
