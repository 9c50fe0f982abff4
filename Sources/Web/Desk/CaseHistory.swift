import Engine
import Records

/// What happened in a case, for its own page and for the customer's.
enum CaseHistory {
    /// What is read of them, beside the case where they are shown elsewhere.
    static let commentFields = ["Id", "CommentBody", "CreatedDate", "CreatedBy.Name"]
    static let mailFields = [
        "Id", "Subject", "TextBody", "Incoming", "FromAddress", "ToAddress", "MessageDate", "CreatedDate",
    ]

    static func comment(_ record: Record, _ visit: Visit, href: String?) -> Timeline.Moment? {
        guard let at = record.moment("CreatedDate") else { return nil }
        return Timeline.Moment(
            at: at,
            entry: .of("comment", visit.words("entry.comment"), at: visit.dates.timeView(at))
                .said(record.text("CommentBody"), isOurs: true).by(record.text("CreatedBy.Name")).at(href)
        )
    }

    static func mail(_ record: Record, _ visit: Visit) -> Timeline.Moment? {
        guard let at = record.moment("MessageDate") ?? record.moment("CreatedDate") else { return nil }
        let isIncoming = record.isTrue("Incoming")
        let subject = record.text("Subject") ?? visit.words("cases.no_subject")
        let kind = visit.words(isIncoming ? "entry.mail_in" : "entry.mail_out", ["subject": subject])
        return Timeline.Moment(
            at: at,
            entry: .of("mail", kind, at: visit.dates.timeView(at))
                .said(record.text("TextBody"), isOurs: !isIncoming)
                .by(record.text(isIncoming ? "FromAddress" : "ToAddress"))
                .at(record["ParentId"].id.map { "/cases/\($0)" })
        )
    }
}
