public import Records
import Synchronization

/// What becomes known of a call while it is answered: who calls, what is read or written, how much of it.
public final class CallFacts: Sendable {
    public struct Known: Sendable {
        public var user: RecordID?
        public var application = ""
        public var purpose = ""
        /// The first object that was read or written.
        public var object = ""
        public var rows = 0
        /// The first query's text, as it was sent.
        public var query = ""
        /// What the interface calls that which is done.
        public var operation = ""
    }

    private let state = Mutex(Known())

    public init() {}

    public var known: Known { state.withLock { $0 } }

    /// What is done, where the path does not tell.
    public func note(operation: String) { state.withLock { $0.operation = operation } }

    /// Who calls; and what they have read, where that was done without ``Session/noted(in:)``.
    public func note(caller session: Session, object: String = "", rows: Int = 0) {
        state.withLock { known in
            known.user = session.user
            known.application = session.application
            known.purpose = session.purpose
            if !object.isEmpty { known.object = object }
            known.rows += rows
        }
    }

    func note(_ object: String, rows: Int, query: String) {
        state.withLock { known in
            if known.object.isEmpty { known.object = object }
            if known.query.isEmpty { known.query = query }
            known.rows += rows
        }
    }
}

extension Session {
    /// The same session, of which a call's facts are told.
    public func noted(in facts: CallFacts) -> Session {
        facts.note(caller: self)
        return Session(self, facts: facts)
    }

    /// Tells the call what was read or written.
    func note(_ object: String, rows: Int, query: String = "") { facts?.note(object, rows: rows, query: query) }
}
