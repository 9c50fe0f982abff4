public import Engine
public import Records

/// The register of requests: what people asked, until when it must be answered, and what was done.
///
/// ## Topics
/// - Asking: ``open(_:)``, ``request(_:)``, ``queue()``, ``all()``, ``requests(of:)``, ``steps(of:)``
/// - Deciding: ``verify(_:method:)``, ``extend(_:reason:)``, ``preview(_:policy:)``, ``erasurePolicy(for:)``,
///   ``erasurePlan(of:)``, ``approve(_:policy:)``, ``refuse(_:ground:)``
/// - Doing: ``carryOut(_:note:)``, ``announce(_:how:)``, ``lift(_:)``, ``close(_:)``, ``package(for:)``,
///   ``certificate(of:)``
///
/// Each act is one step of ``RequestStatus``. An act that was begun and not finished, by a crash or a refusal, can be
/// called again: it goes on where it stood.
public struct Requests: Sendable {
    let session: Session
    let environment: Environment

    /// The register as seen by somebody.
    public init(_ session: Session, environment: Environment) {
        self.session = session
        self.environment = environment
    }

    /// What is asked, of whom, and how it came.
    public struct Asking: Sendable {
        public var kind: RequestKind
        /// A Contact, Lead or Individual, or any record of theirs.
        public var person: RecordID
        /// `gdpr` and the other files in the law folder.
        public var regulation: String
        /// When it arrived; now when nil. Not later than now.
        public var received: Instant?
        /// Portal, Email, Phone, Letter, Desk or API.
        public var channel: String
        /// What the person wrote.
        public var reason: String?
        /// The language of the answer: `ja` or `en`.
        public var language: String

        public init(
            _ kind: RequestKind, of person: RecordID, regulation: String = "gdpr", received: Instant? = nil,
            channel: String, reason: String? = nil, language: String
        ) {
            self.kind = kind
            self.person = person
            self.regulation = regulation
            self.received = received
            self.channel = channel
            self.reason = reason
            self.language = language
        }
    }

    /// Enters a request in the register and starts its clock.
    /// - Throws: `INVALID_CROSS_REFERENCE_KEY` when there is no such person, `INVALID_OPERATION` for an unknown
    ///   regulation, a right that it does not have, or a date to come.
    public func open(_ asking: Asking) async throws -> DataSubjectRequest {
        // First: whoever keeps no register is not told who is there.
        guard try await session.schema().object("DataSubjectRequest") != nil else {
            throw PlatformError(.invalidType, "sObject type 'DataSubjectRequest' is not supported.")
        }
        let now = environment.now()
        let received = asking.received ?? now
        guard received <= now else {
            throw PlatformError(
                .invalidOperation, "A request cannot have arrived in the future.", fields: ["ReceivedDate"])
        }
        guard ["ja", "en"].contains(asking.language) else {
            throw PlatformError(.invalidOperation, "The language of an answer is ja or en.", fields: ["Language"])
        }
        let clock = try Regulation.named(asking.regulation).clock(for: asking.kind.right)
        let person = try await person(of: asking)
        let id = try await session.createRow(
            "DataSubjectRequest",
            [
                "Kind": .text(asking.kind.rawValue), "Status": .text(RequestStatus.received.rawValue),
                "SubjectRecordId": .text(person.description), "Regulation": .text(asking.regulation),
                "ReceivedDate": .datetime(received), "DueDate": .date(clock.due(received: received.day)),
                "Channel": .text(asking.channel), "Reason": asking.reason.map { .text($0) } ?? .null,
                "Language": .text(asking.language),
            ]
        )
        try await note("Asked", for: id, detail: clock.source)
        return try await request(id)
    }

    /// A request by its id.
    /// - Throws: `NOT_FOUND`.
    public func request(_ id: RecordID) async throws -> DataSubjectRequest {
        let found = try await session.query(
            "SELECT \(DataSubjectRequest.fields) FROM DataSubjectRequest WHERE Id = :id",
            bindings: ["id": .one(.id(id))]
        )
        guard let record = found.first else {
            throw PlatformError(.notFound, "There is no request with this id in the register.")
        }
        return try DataSubjectRequest(record)
    }

    /// The requests on which something is still to be done, the one with the least time left first.
    public func queue() async throws -> [DataSubjectRequest] {
        try await session.query(
            """
            SELECT \(DataSubjectRequest.fields) FROM DataSubjectRequest
            WHERE Status NOT IN ('Closed', 'Lifted', 'Refused') ORDER BY DueDate, ReceivedDate LIMIT 2000
            """
        ).map(DataSubjectRequest.init)
    }

    /// All requests, the newest first; 2,000 at most.
    public func all() async throws -> [DataSubjectRequest] {
        try await session.query(
            "SELECT \(DataSubjectRequest.fields) FROM DataSubjectRequest ORDER BY ReceivedDate DESC, Id DESC LIMIT 2000"
        ).map(DataSubjectRequest.init)
    }

    /// The requests of a person, the newest first.
    /// - Parameter person: The root of the person, as requests keep it (``DataSubjectRequest/person``).
    public func requests(of person: RecordID) async throws -> [DataSubjectRequest] {
        try await session.query(
            """
            SELECT \(DataSubjectRequest.fields) FROM DataSubjectRequest WHERE SubjectRecordId = :person
            ORDER BY ReceivedDate DESC, Id DESC LIMIT 200
            """,
            bindings: ["person": .one(.text(person.description))]
        ).map(DataSubjectRequest.init)
    }

    /// What was done for a request, in order.
    public func steps(of id: RecordID) async throws -> [RequestStep] {
        try await session.query(
            """
            SELECT \(RequestStep.fields) FROM DataSubjectRequestStep WHERE RequestId = :id ORDER BY Position, Id
            """,
            bindings: ["id": .one(.id(id))]
        ).map(RequestStep.init)
    }

    /// A restricted person is in no table; their restriction in the register is what still knows them.
    private func person(of asking: Asking) async throws -> RecordID {
        if let subject = try await session.subject(of: asking.person) { return subject }
        let isRestricted = try await requests(of: asking.person).contains {
            $0.kind == .restriction && ($0.status == .carriedOut || $0.status == .announced)
        }
        if isRestricted { return asking.person }
        if let subject = try await restrictedSubject(of: asking.person) { return subject }
        throw PlatformError(
            .invalidCrossReferenceKey, "The record is not of a person, or there is none with this id.",
            fields: ["SubjectRecordId"]
        )
    }

    /// For those who may act for persons: to others a restricted record is nobody's.
    private func restrictedSubject(of record: RecordID) async throws -> RecordID? {
        do {
            return try await session.restrictedSubject(of: record)
        } catch let error as PlatformError where error.code == .insufficientAccess {
            return nil
        }
    }
}
