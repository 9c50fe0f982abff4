import Engine
import Records

/// The records that go into a package: whole, as the session may read them, also what lies in the bin.
struct PackageRecords: Sendable {
    /// An object with its records and the fields that are written, in describe order.
    struct Table: Sendable {
        let object: ObjectSchema
        let fields: [Field]
        let rows: [Record]
    }

    /// The most records of a package: all of them are in memory at once.
    static let recordsMax = 50_000

    let tables: [Table]
    /// Records of others that mention the person, by object: counted, never copied, since they are others' data too
    /// (Art. 15(4)).
    let mentions: [String: Int]

    /// - Throws: `OPERATION_TOO_LARGE` above ``recordsMax``.
    init(_ trace: Trace, _ session: Session) async throws {
        guard trace.records.count <= Self.recordsMax else {
            throw PlatformError(
                .operationTooLarge,
                """
                The person has \(trace.records.count) records; a package holds \(Self.recordsMax). Export the \
                objects one by one instead.
                """
            )
        }
        let schema = try await session.schema()
        var tables: [Table] = []
        for (name, records) in Dictionary(grouping: trace.records, by: \.object).sorted(by: { $0.key < $1.key }) {
            guard let object = schema.object(name), object.isQueryable else { continue }
            let fields = object.fields.filter { $0.type.storage != nil }
            var rows: [Record] = []
            for chunk in records.map(\.id).chunks(of: 500) {
                rows += try await session.query(
                    "SELECT \(fields.map(\.name).joined(separator: ", ")) FROM \(name) WHERE Id IN :ids ORDER BY Id",
                    bindings: ["ids": .many(chunk.map(Value.id))], deleted: .with
                )
            }
            if !rows.isEmpty { tables.append(Table(object: object, fields: fields, rows: rows)) }
        }
        self.tables = tables
        let own = Set(trace.records.map(\.id))
        let others = Set(trace.places.filter { !$0.isInOwnRecord && !own.contains($0.record) }.map(\.record))
        mentions = Dictionary(grouping: others) { schema.object(of: $0)?.name ?? "Other" }.mapValues(\.count)
    }

    var counts: [String: Int] { Dictionary(uniqueKeysWithValues: tables.map { ($0.object.name, $0.rows.count) }) }
}
