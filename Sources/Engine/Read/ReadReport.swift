import Records

/// That somebody has read records, for the list of who read whom.
struct ReadReport: Sendable {
    enum Kind: String, Sendable { case query, retrieve, export, search }

    let user: RecordID
    let application: String
    let purpose: String
    let kind: Kind
    let at: Instant
    /// The records of people, or of somebody; those of other objects are not reported.
    let records: [RecordID]
}

extension Session {
    /// Tells who was read. Costs an append when the object's records are somebody's, and nothing otherwise.
    func report(_ kind: ReadReport.Kind, _ object: ObjectSchema, _ records: [RecordID]) {
        guard object.isPerson || !object.subjectPath.isEmpty, !records.isEmpty else { return }
        engine.reads.append(
            ReadReport(
                user: user, application: application, purpose: purpose, kind: kind, at: engine.environment.now(),
                records: records
            )
        )
    }
}
