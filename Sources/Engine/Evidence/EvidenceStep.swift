import Records
import Store

/// The step that puts what must be provable later into the evidence log, in the transaction of the act.
enum EvidenceStep {
    /// Objects whose every creation and change is evidence, and the fields that are told. None of them may hold what a
    /// person wrote or is: the log is never erased.
    private static let proven: [String: (kind: Evidence.Kind, fields: [String])] = [
        "ConsentEvent": (.consent, ["Channel", "Status", "Method", "TextVersion", "Language", "CaptureDate"]),
        "DataSubjectRequest": (.request, ["Name", "Kind", "Status", "Regulation", "DueDate", "RefusalGround"]),
    ]

    static func record(_ set: WriteSet, _ transaction: WriteTransaction) throws {
        try record(set, by: transaction.session, at: transaction.now, transaction.connection)
    }

    static func record(_ set: WriteSet, by session: Session, at now: Instant, _ connection: any Connection) throws {
        guard let proven = proven[set.object.name] else { return }
        session.engine.evidence.expectMore()
        for row in set.goodRows {
            var facts: [String: Evidence.Fact] = ["record": .text(set.rows[row].id.description)]
            for field in proven.fields {
                if let text = WireText.text(of: set.value(field, of: row)) { facts[field] = .text(text) }
            }
            try EvidenceLog.append(
                Evidence(
                    proven.kind, at: now, by: session.user, to: set.rows[row].subject, facts: facts
                ),
                connection
            )
        }
    }
}
