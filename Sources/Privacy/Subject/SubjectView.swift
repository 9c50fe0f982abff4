public import Engine
public import Records

/// A customer whole, as the session may see them: who they are, what happened, what they decided, why it is held, and
/// who read it.
public struct SubjectView: Sendable {
    /// The root of the person: the Individual, or the Contact or Lead that stands for itself.
    public let subject: RecordID
    /// The records that stand for the person, with all fields that the session may read: the one that was asked for
    /// first.
    public let identity: [Record]
    /// The person's records by object.
    public let records: [String: [RecordID]]
    /// What happened, the newest first.
    public let timeline: [TimelineEntry]
    /// The place to ask for the next page from; nil at the end.
    public let next: Int?
    public let consents: [ConsentState]
    public let holdings: [Holding]
    /// Who read the records or received them, the latest first. Empty for those who may not see it.
    public let accesses: [PersonAccess]
    /// The requests that are not answered yet; empty for those who may not see the register.
    public let openRequests: [OpenRequest]

    /// A request and the time that is left.
    public struct OpenRequest: Sendable {
        public let request: DataSubjectRequest
        /// Negative when it is overdue.
        public let daysLeft: Int
    }

    /// The most entries of the timeline that can be reached: older ones are found in the records themselves.
    public static let entriesMax = 200
}

/// Puts together the picture of a customer.
public struct SubjectViews: Sendable {
    let session: Session
    let environment: Environment

    public init(_ session: Session, environment: Environment) {
        self.session = session
        self.environment = environment
    }

    /// The picture of a person.
    /// - Parameters:
    ///   - person: A record of the person.
    ///   - from: The first entry of the timeline, from 0.
    ///   - size: How many entries.
    /// - Throws: `NOT_FOUND` when the record is nobody's, absent, or restricted.
    public func view(of person: RecordID, from: Int, size: Int) async throws -> SubjectView {
        let people = try await PersonRecords(of: person, session)
        guard !people.all.isEmpty else {
            throw PlatformError(.notFound, "There is no person with the record \(person), or the record is nobody's.")
        }
        let schema = try await session.schema()
        let gathered = try await PersonGathering(people, session)
        let consents = Consents(session, environment: environment)
        let requests =
            schema.object("DataSubjectRequest") == nil
            ? [] : try await Requests(session, environment: environment).requests(of: people.root)
        let timeline = SubjectTimeline(
            session: session, records: gathered.records, consents: try await consents.events(of: people),
            requests: requests
        )
        let last = min(max(0, from) + max(1, size), SubjectView.entriesMax)
        let entries = try await timeline.entries(latest: SubjectView.entriesMax)
        let today = environment.now().day
        return SubjectView(
            subject: people.root, identity: try await identity(people, first: person, schema),
            records: gathered.records,
            timeline: Array(entries.prefix(last).dropFirst(max(0, from))), next: last < entries.count ? last : nil,
            consents: try await consents.states(of: person),
            holdings: try await Holdings(session).holdings(gathered.records), accesses: try await accesses(person),
            openRequests: requests.filter { !$0.status.isAnswered }.map {
                SubjectView.OpenRequest(request: $0, daysLeft: $0.daysLeft(on: today))
            }
        )
    }

    private func identity(_ people: PersonRecords, first: RecordID, _ schema: Schema) async throws -> [Record] {
        var records: [Record] = []
        for id in people.all.sorted(by: { ($0 == first ? 0 : 1, $0) < ($1 == first ? 0 : 1, $1) }) {
            guard let object = schema.object(of: id) else { continue }
            records += try await session.retrieve(object.name, [id], fields: nil).compactMap { $0 }
        }
        return records
    }

    private func accesses(_ person: RecordID) async throws -> [PersonAccess] {
        do {
            return try await session.accesses(to: person, limit: SubjectView.entriesMax)
        } catch let error as PlatformError where error.code == .insufficientAccess {
            return []
        }
    }
}
