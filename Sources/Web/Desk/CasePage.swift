import Engine
import HTTP
import Hummingbird
import Records

/// A case: what was said, what was done, and who it is about.
enum CasePage {
    /// What the page shows.
    struct Page: Sendable {
        let number: String
        let subject: String
        let state: StateWord?
        let description: String?
        let commentAction: String
        let statusAction: String
        let token: String
        let text: String
        let error: Notice?
        let timelineCount: String
        let days: [Timeline.Day]
        let person: PersonPart?
        let facts: [Fact]
        let statuses: [Choice]
        /// Whether the reader may write to the case.
        let mayWrite: Bool
        /// Who sees it; nil for whom that is not told.
        let accessHref: String?
    }

    /// The customer, and how we may reach them.
    struct PersonPart: Sendable {
        let href: String
        let name: String
        let channels: [ChannelView]
    }

    static func show(_ visit: Visit) async throws -> Response { try await show(visit, text: "", error: nil) }

    /// - Parameters:
    ///   - text: A comment that was typed and could not be kept.
    ///   - error: Why.
    private static func show(_ visit: Visit, text: String, error: Notice?) async throws -> Response {
        let id = try visit.id()
        guard let object = visit.schema.object(of: id), object.name == "Case" else { throw NothingHere() }
        let wished = [
            "Id", "CaseNumber", "Subject", "Description", "Status", "IsClosed", "Priority", "Origin", "Type", "Reason",
            "ContactId", "Account.Name", "Owner.Name", "CreatedDate", "ClosedDate", "Ext__c",
        ]
        let columns = visit.columns(wished, of: object)
        guard let record = try await visit.one("SELECT \(columns) FROM Case WHERE Id = :id", id: id) else {
            throw NothingHere()
        }
        let moments = try await moments(of: id, visit)
        let number = record.text("CaseNumber") ?? id.description
        let subject = record.text("Subject") ?? visit.words("cases.no_subject")
        let page = Page(
            number: number, subject: subject, state: CaseLine.state(record, visit),
            description: record.text("Description"), commentAction: "/cases/\(id)/comments",
            statusAction: "/cases/\(id)/status", token: visit.token.text, text: text, error: error,
            timelineCount: visit.words.count("person.timeline_count", moments.count),
            days: Timeline.days(moments, dates: visit.dates),
            person: try await person(of: record, visit),
            facts: facts(record, visit),
            statuses: visit.picklist("Case", "Status", chosen: record.text("Status") ?? ""),
            mayWrite: try await visit.session.level(of: id).map { $0 > .read } ?? false,
            accessHref: visit.setsSharing ? "/records/\(id)/access" : nil
        )
        return visit.page("case", title: "\(number) \(subject)", at: .cases, page)
    }

    static func comment(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let id = try visit.id()
        let batch = Batch(
            "CaseComment",
            [
                "ParentId": .id(id), "CommentBody": .text(form["text"] ?? ""), "IsPublished": false,
            ])
        let outcome = try await visit.session.create(batch, onFailure: .rollbackAll).first
        if case .refused(let errors) = outcome {
            return try await show(visit, text: form["text"] ?? "", error: notSaved(errors, "CaseComment", visit))
        }
        return .seeOther("/cases/\(id)", told: .caseComment)
    }

    static func changeStatus(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let id = try visit.id()
        let batch = Batch("Case", ["Id": .id(id), "Status": .text(form["status"] ?? "")])
        let outcome = try await visit.session.update(batch, onFailure: .rollbackAll).first
        if case .refused(let errors) = outcome {
            return try await show(visit, text: "", error: notSaved(errors, "Case", visit))
        }
        return .seeOther("/cases/\(id)", told: .caseStatus)
    }

    private static func notSaved(_ errors: [PlatformError], _ object: String, _ visit: Visit) -> Notice {
        .failed(visit.words("case.not_saved"), text: errors.map { visit.refusal($0, of: object) })
    }

    private static func moments(of id: RecordID, _ visit: Visit) async throws -> [Timeline.Moment] {
        let bindings: [String: BoundValue] = ["id": .one(.id(id))]
        let clauses = "WHERE ParentId = :id ORDER BY CreatedDate DESC LIMIT 200"
        let comments = try await visit.rows(
            CaseHistory.commentFields, of: "CaseComment", needing: ["ParentId"], clauses, bindings)
        let mails = try await visit.rows(
            CaseHistory.mailFields, of: "EmailMessage", needing: ["ParentId"], clauses, bindings)
        return comments.compactMap { CaseHistory.comment($0, visit, href: nil) }
            + mails.compactMap { CaseHistory.mail($0, visit) }
    }

    private static func person(of record: Record, _ visit: Visit) async throws -> PersonPart? {
        guard let id = record["ContactId"].id else { return nil }
        do {
            let person = try await Person.at(id, visit)
            let channels = try await Channel.all(of: person, visit)
            return PersonPart(href: "/people/\(id)", name: person.name, channels: channels.map { $0.view(visit) })
        } catch is NothingHere {
            return nil
        }
    }

    private static func facts(_ record: Record, _ visit: Visit) -> [Fact] {
        let words = visit.words
        return [
            Fact(words("cases.number"), record.text("CaseNumber")),
            Fact(words("cases.priority"), visit.picklistLabel("Case", "Priority", record.text("Priority"))),
            Fact(words("cases.origin"), visit.picklistLabel("Case", "Origin", record.text("Origin"))),
            Fact(words("contacts.account"), record.text("Account.Name")),
            Fact(words("case.owner"), record.text("Owner.Name")),
            Fact(words("cases.opened"), record.moment("CreatedDate").map(visit.dates.moment)),
            Fact(words("cases.closed"), record.moment("ClosedDate").map(visit.dates.moment)),
            Fact(words("person.ext"), record.text("Ext__c")),
        ].compactMap { $0 }
    }
}
