public import Records

/// Somebody at the door: a user, by an application, for a purpose. Only ``Engine`` makes one.
public final class Session: Sendable {
    /// The user's id.
    public let user: RecordID
    /// The name of the application, as the event log shows it.
    public let application: String
    /// The name of the purpose, as the schema's purposes spell it.
    public let purpose: String
    let engine: Engine

    init(user: RecordID, application: String, purpose: String, engine: Engine) {
        self.user = user
        self.application = application
        self.purpose = purpose
        self.engine = engine
    }
}
