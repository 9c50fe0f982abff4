public import Records

/// Rows that are written or read in bulk for somebody, after they have handed them in.
public struct BulkJob: Sendable {
    /// Which of the platform's interfaces it was made by.
    public enum Kind: String, Sendable {
        /// Bulk API 2.0: one upload, one batch.
        case ingest
        /// Bulk API 2.0: one query, one batch.
        case query
        /// Bulk API 1.0: any number of batches.
        case batches
    }

    public enum State: String, Sendable {
        /// Takes batches.
        case open
        /// Takes no more; those it has are carried out.
        case closed
        /// What was not yet carried out never is.
        case aborted
    }

    public let id: RecordID
    public let kind: Kind
    public let operation: BulkOperation
    /// The object's name as the schema spells it; empty for a query that names its own.
    public let object: String
    /// The field by which an upsert knows its records.
    public let externalID: String?
    /// How its rows are written down, in the words of the interface.
    public let form: String
    public let user: RecordID
    public let application: String
    public let purpose: String
    public let state: State
    public let created: Instant
    public let changed: Instant
    public let batches: BulkTally
}

public enum BulkOperation: String, Sendable, CaseIterable {
    case insert, update, upsert, delete, hardDelete, query, queryAll

    public var isQuery: Bool { self == .query || self == .queryAll }
}

/// How far the batches of a job are.
public struct BulkTally: Sendable {
    public var waiting = 0
    public var running = 0
    public var completed = 0
    public var failed = 0
    public var total = 0
    public var rows = 0
    public var rowsFailed = 0
    public var milliseconds = 0
    /// Why one of them failed.
    public var message: String?
}

/// A part of a job that is carried out as a whole: rows that were sent together, or a query.
public struct BulkBatch: Sendable {
    public enum State: String, Sendable {
        /// Waits for the end of its job's upload.
        case held
        case waiting
        case running
        case completed
        case failed
        /// Will not be carried out: its job was aborted, or others stand for it.
        case passedOver
    }

    public let id: RecordID
    public let job: RecordID
    public let state: State
    public let message: String?
    /// What the interface keeps with it.
    public let form: String
    /// Rows that were read, or whose outcome is known.
    public let rows: Int
    public let rowsFailed: Int
    public let milliseconds: Int
    public let created: Instant
    public let changed: Instant
    /// Up to where the file of outcomes, or of results, counts.
    let bytes: Int
}

/// A job that is to be made.
public struct NewBulkJob: Sendable {
    public var kind: BulkJob.Kind
    public var operation: BulkOperation
    public var object: String
    public var externalID: String?
    public var form: String

    public init(kind: BulkJob.Kind, operation: BulkOperation, object: String, externalID: String?, form: String) {
        self.kind = kind
        self.operation = operation
        self.object = object
        self.externalID = externalID
        self.form = form
    }
}
