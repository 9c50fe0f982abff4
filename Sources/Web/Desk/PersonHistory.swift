import Engine
import Privacy
import Records

/// Everything that happened with a person: cases, comments, mails, calls, consents, requests, changes, reads.
struct PersonHistory: Sendable {
    let person: Person
    let requests: [DataSubjectRequest]
    let accesses: [ReadOfPerson]
    let visit: Visit

    /// Rows of each kind: what one reads at a desk. More is in the lists.
    private static let rowsOfEachKind = 50

    /// In no order.
    func moments() async throws -> [Timeline.Moment] {
        var moments = try await consents() + changes() + reads()
        if person.object == "Contact" {
            moments += try await cases()
            moments += try await comments()
            moments += try await mails()
        }
        if person.object != "Individual" { moments += try await tasks() }
        moments += requests.map { request in
            Timeline.Moment(
                at: request.received,
                entry: .of(
                    "request", words("entry.request", ["kind": words("kind.\(request.kind.rawValue)")]),
                    at: time(request.received)
                )
                .at("/privacy/\(request.id)").with(RequestLine.state(request.status, words))
            )
        }
        return moments
    }

    private var words: Words { visit.words }

    private func time(_ instant: Instant) -> TimeView { visit.dates.timeView(instant) }

    private func rows(_ fields: [String], of object: String, by lookup: String) async throws -> [Record] {
        try await visit.rows(
            fields, of: object, needing: [lookup],
            "WHERE \(lookup) = :person ORDER BY CreatedDate DESC LIMIT \(Self.rowsOfEachKind)",
            ["person": .one(.id(person.id))])
    }

    private func cases() async throws -> [Timeline.Moment] {
        try await rows(
            ["Id", "Subject", "Description", "Status", "IsClosed", "CreatedDate", "CreatedBy.Name"], of: "Case",
            by: "ContactId"
        ).compactMap { record in
            guard let at = record.moment("CreatedDate"), let id = record.id else { return nil }
            let subject = record.text("Subject") ?? words("cases.no_subject")
            var entry = Timeline.Entry.of("case", words("entry.case", ["subject": subject]), at: time(at))
                .said(record.text("Description"), isOurs: false).at("/cases/\(id)")
            entry.state = CaseLine.state(record, visit)
            return Timeline.Moment(at: at, entry: entry)
        }
    }

    private func comments() async throws -> [Timeline.Moment] {
        try await rows(CaseHistory.commentFields + ["ParentId"], of: "CaseComment", by: "Parent.ContactId")
            .compactMap { CaseHistory.comment($0, visit, href: $0["ParentId"].id.map { "/cases/\($0)" }) }
    }

    private func mails() async throws -> [Timeline.Moment] {
        try await rows(CaseHistory.mailFields + ["ParentId"], of: "EmailMessage", by: "Parent.ContactId")
            .compactMap { CaseHistory.mail($0, visit) }
    }

    private func tasks() async throws -> [Timeline.Moment] {
        try await rows(
            ["Id", "Subject", "Description", "TaskSubtype", "CallType", "CreatedDate", "CreatedBy.Name"], of: "Task",
            by: "WhoId"
        ).compactMap { record in
            guard let at = record.moment("CreatedDate") else { return nil }
            let subject = record.text("Subject") ?? words("cases.no_subject")
            let (icon, key) = Self.look(ofTask: record)
            return Timeline.Moment(
                at: at,
                entry: .of(icon, words(key, ["subject": subject]), at: time(at))
                    .said(record.text("Description"), isOurs: true).by(record.text("CreatedBy.Name"))
            )
        }
    }

    /// A call, a mail about no case, or something to do.
    private static func look(ofTask record: Record) -> (icon: String, key: String) {
        if record.text("TaskSubtype") == "Call" || record.text("CallType") != nil { return ("phone", "entry.call") }
        return record.text("TaskSubtype") == "Email" ? ("mail", "entry.mail_out") : ("done", "entry.task")
    }

    private func consents() async throws -> [Timeline.Moment] {
        let events = try await visit.decisions(of: person)
        let names = try await visit.names(of: Set(events.compactMap(\.capturedBy)))
        return events.map { event in
            let channel = words("channel.\(event.channel.rawValue.lowercased())")
            let isIn = event.status == .optIn
            return Timeline.Moment(
                at: event.captured,
                entry: .of(
                    "consent", words(isIn ? "entry.consent_in" : "entry.consent_out", ["channel": channel]),
                    at: time(event.captured)
                )
                .by(event.capturedBy.flatMap { names[$0] })
            )
        }
    }

    private func changes() async throws -> [Timeline.Moment] {
        let object = visit.schema.object(person.object)
        let language = words.language
        let changes = try await visit.session.history(of: person.id).prefix(Self.rowsOfEachKind)
        let names = try await visit.names(of: Set(changes.map(\.by)))
        // Changes of one moment by one user are one entry: they were one saving.
        let savings = Dictionary(grouping: changes) { change in
            Saving(at: change.at, by: names[change.by] ?? words("person.system"))
        }
        return savings.map { saving, changes in
            Timeline.Moment(
                at: saving.at,
                entry: .of("change", words("entry.change"), at: time(saving.at)).by(saving.by).changed(
                    changes.map { change in
                        Timeline.Change(
                            field: object?.field(change.field)?.label(language) ?? change.field,
                            before: shown(change.old), after: shown(change.new)
                        )
                    }
                )
            )
        }
    }

    private struct Saving: Hashable {
        let at: Instant
        let by: String
    }

    /// The reads of a day, folded into one entry.
    private func reads() -> [Timeline.Moment] {
        Dictionary(grouping: accesses) { visit.dates.day(of: $0.at) }.values.compactMap { ofDay in
            guard let last = ofDay.map(\.at).max() else { return nil }
            let lines = Dictionary(grouping: ofDay, by: \.who).sorted { $0.key < $1.key }.map { who, reads in
                words("entry.reads_of", ["name": who, "n": Words.grouped(reads.count), "times": times(of: reads)])
            }
            return Timeline.Moment(
                at: last,
                entry: .of("read", words.count("entry.reads", ofDay.count), at: time(last)).folded(
                    lines, summary: Set(ofDay.map(\.who)).sorted().joined(separator: ", ")
                )
            )
        }
    }

    /// `15:42–15:47`, or the one minute.
    private func times(of reads: [ReadOfPerson]) -> String {
        let clocks = [reads.map(\.at).min(), reads.map(\.at).max()].compactMap { $0.map(visit.dates.clock) }
        return clocks.first == clocks.last ? clocks.first ?? "" : clocks.joined(separator: "–")
    }

    private func shown(_ value: Value) -> String { visit.shown(value) ?? words("entry.empty") }
}

extension Visit {
    /// A value as the reader knows it; nil where it is empty.
    func shown(_ value: Value) -> String? {
        switch value {
        case .null: nil
        case .boolean(let truth): truth ? words("value.yes") : words("value.no")
        case .integer(let number): Words.grouped(Int(number))
        case .double(let number): String(number)
        case .text(let text): text.isEmpty ? nil : text
        case .date(let day): dates.short(day)
        case .datetime(let instant): dates.moment(instant)
        case .time(let time): String(time.description.prefix(5))
        case .id(let id): id.description
        case .bytes(let bytes): words.count("value.bytes", bytes.count)
        }
    }
}
