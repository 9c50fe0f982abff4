public import Records

/// Somebody at the door: a user, by an application, for a purpose. Only ``Engine`` makes one.
public final class Session: Sendable {
    /// The user's id.
    public let user: RecordID
    /// The name of the application, as the event log shows it.
    public let application: String
    /// The name of the purpose, as the schema's purposes spell it; for the system's own work the reason.
    public let purpose: String
    /// Which of the product's own users it is; nil for people.
    let system: SystemUser?
    let engine: Engine
    /// Whether duplicate rules that only alert let its writes through.
    let allowsDuplicates: Bool
    /// The transaction that all it does is part of; nil where each write has its own.
    let together: Together?
    /// Keeps the outcomes of all writes, as rows of a bulk job; nil for others.
    let recorder: OutcomeRecorder?
    /// The call that is told what is read and written; nil where nobody asks.
    let facts: CallFacts?

    init(
        user: RecordID, application: String, purpose: String, system: SystemUser?, engine: Engine,
        allowsDuplicates: Bool = false, together: Together? = nil, recorder: OutcomeRecorder? = nil,
        facts: CallFacts? = nil
    ) {
        self.user = user
        self.application = application
        self.purpose = purpose
        self.system = system
        self.engine = engine
        self.allowsDuplicates = allowsDuplicates
        self.together = together
        self.recorder = recorder
        self.facts = facts
    }

    convenience init(_ other: Session, together: Together) {
        self.init(
            user: other.user, application: other.application, purpose: other.purpose, system: other.system,
            engine: other.engine, allowsDuplicates: other.allowsDuplicates, together: together,
            facts: other.facts)
    }

    convenience init(_ other: Session, recorder: OutcomeRecorder) {
        self.init(
            user: other.user, application: other.application, purpose: other.purpose, system: other.system,
            engine: other.engine, allowsDuplicates: other.allowsDuplicates, recorder: recorder)
    }

    convenience init(_ other: Session, facts: CallFacts) {
        self.init(
            user: other.user, application: other.application, purpose: other.purpose, system: other.system,
            engine: other.engine, allowsDuplicates: other.allowsDuplicates, together: other.together,
            recorder: other.recorder, facts: facts)
    }
}
