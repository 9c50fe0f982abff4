import Engine
import Records

/// Puts together what happened, newest first, from the records of a person that a session may see.
struct SubjectTimeline: Sendable {
    let session: Session
    let records: [String: [RecordID]]
    let consents: [ConsentEvent]
    let requests: [DataSubjectRequest]

    /// The latest entries; of each kind no more are read than are asked for.
    func entries(latest limit: Int) async throws -> [TimelineEntry] {
        var entries = consents.prefix(limit).map(Self.entry) + requests.prefix(limit).map(Self.entry)
        entries += try await rows(
            "Case", by: "CreatedDate", ["Subject", "CaseNumber", "Description", "Status", "CreatedById"], limit
        ) { row in
            let title = row["Subject"].text ?? row["CaseNumber"].text
            return .init(.caseOpened, row, "CreatedDate", title, row["Description"], row["CreatedById"], row["Status"])
        }
        entries += try await rows("CaseComment", by: "CreatedDate", ["CommentBody", "CreatedById"], limit) { row in
            .init(.comment, row, "CreatedDate", nil, row["CommentBody"], row["CreatedById"], .null)
        }
        entries += try await rows(
            "EmailMessage", by: "CreatedDate", ["Subject", "TextBody", "Incoming", "MessageDate", "CreatedById"], limit
        ) { row in
            let date = row["MessageDate"].isNull ? "CreatedDate" : "MessageDate"
            let isIn = row["Incoming"].boolean == true
            return .init(
                .mail, row, date, row["Subject"].text, row["TextBody"], isIn ? .null : row["CreatedById"],
                .text(String(isIn))
            )
        }
        entries += try await rows(
            "Task", by: "CreatedDate", ["Subject", "Description", "Status", "CreatedById"], limit
        ) { row in
            .init(.task, row, "CreatedDate", row["Subject"].text, row["Description"], row["CreatedById"], row["Status"])
        }
        entries += try await changes(limit)
        return Array(entries.sorted { ($0.at, $0.record) > ($1.at, $1.record) }.prefix(limit))
    }

    /// The latest rows of an object, those fields that the session may read.
    private func rows(
        _ object: String, by date: String, _ fields: [String], _ limit: Int, _ entry: (Record) -> TimelineEntry?
    ) async throws -> [TimelineEntry] {
        guard let ids = records[object], let known = try await session.schema().object(object) else { return [] }
        let readable = ([date] + fields).filter { known.field($0) != nil }
        var found: [TimelineEntry] = []
        for chunk in ids.chunks(of: 1000) {
            found += try await session.query(
                """
                SELECT Id, \(readable.joined(separator: ", ")) FROM \(object) WHERE Id IN :ids
                ORDER BY \(date) DESC LIMIT \(limit)
                """,
                bindings: ["ids": .many(chunk.map(Value.id))]
            ).compactMap(entry)
        }
        return found
    }

    /// Changes of the records that stand for the person.
    private func changes(_ limit: Int) async throws -> [TimelineEntry] {
        var found: [TimelineEntry] = []
        for object in ["Individual", "Contact", "Lead"] {
            for id in records[object] ?? [] {
                found += try await session.history(of: id).prefix(limit).map { change in
                    TimelineEntry(
                        kind: .change, at: change.at, record: id, object: object, title: change.field,
                        text: "\(PackageRecords.text(change.old)) → \(PackageRecords.text(change.new))", by: change.by,
                        state: nil
                    )
                }
            }
        }
        return found
    }

    private static func entry(_ event: ConsentEvent) -> TimelineEntry {
        TimelineEntry(
            kind: .consent, at: event.captured, record: event.id, object: "ConsentEvent", title: event.channel.rawValue,
            text: event.source, by: event.capturedBy, state: event.status.rawValue
        )
    }

    private static func entry(_ request: DataSubjectRequest) -> TimelineEntry {
        TimelineEntry(
            kind: .request, at: request.received, record: request.id, object: "DataSubjectRequest", title: request.name,
            text: request.kind.rawValue, by: nil, state: request.status.rawValue
        )
    }
}

extension TimelineEntry {
    fileprivate init?(
        _ kind: Kind, _ row: Record, _ date: String, _ title: String?, _ text: Value, _ by: Value, _ state: Value
    ) {
        guard let id = row.id, let at = row[date].datetime else { return nil }
        self.init(
            kind: kind, at: at, record: id, object: row.object, title: title ?? "", text: text.text, by: by.id,
            state: state.text
        )
    }
}
