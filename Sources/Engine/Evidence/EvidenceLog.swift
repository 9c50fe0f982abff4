import Ledger
public import Records
import Store
import Synchronization

/// The bridge from the records' transactions to the evidence log.
///
/// An act writes its entry in its own transaction (``append(_:_:)``), so neither is there without the other; after the
/// commit ``settle()`` carries what is new into the log's tiles and signs. A crash between the two is made good at the
/// next opening.
final class EvidenceLog: Sendable {
    private let store: any Store
    private let log: Mutex<Log>
    /// Whether something was appended since the log was last carried on.
    private let isBehind = Mutex(false)
    /// Between the processes that carry entries on; nil where there is one.
    private let turn: FileLock?

    init(store: any Store, folder: String, origin: String, signingKey: [UInt8], isShared: Bool) throws {
        self.store = store
        let turn = isShared ? try FileLock(path: folder + "/lock") : nil
        self.turn = turn
        func open() throws -> Log { try Log(folder: folder, origin: origin, signingKey: signingKey) }
        log = Mutex(try turn.map { try $0.alone(open) } ?? open())
    }

    /// The text of the key that checks signatures.
    var verifierKey: String { log.withLock { $0.verifierKey.text } }

    /// How many entries are signed.
    var size: Int { log.withLock { $0.size } }

    /// Puts an act's entry into the transaction of the act.
    /// - Returns: Its place in the log.
    @discardableResult
    static func append(_ evidence: Evidence, _ connection: any Connection) throws -> Int {
        let position =
            try connection.first("SELECT coalesce(max(position) + 1, 0) FROM az_evidence") { $0.int64(0) } ?? 0
        try connection.execute(
            "INSERT INTO az_evidence (position, entry) VALUES (\(.integer(position)), \(.text(try evidence.entry())))"
        )
        return Int(position)
    }

    /// Notes that the transaction in hand appends something.
    func expectMore() { isBehind.withLock { $0 = true } }

    /// Settles when an act of this process appended something.
    func settleIfBehind() async throws {
        guard
            isBehind.withLock({ isBehind in
                defer { isBehind = false }
                return isBehind
            })
        else { return }
        try await settle()
    }

    /// Carries committed entries into the log and signs the new tree. Nothing new: does nothing.
    /// - Throws: `Ledger`'s errors; the entries stay and are carried the next time.
    func settle() async throws {
        // On a reader's thread: the log's files are written synchronously.
        try await store.read { connection in
            try self.withLog { try Self.carry(into: &$0, connection) }
        }
    }

    private static func carry(into log: inout Log, _ connection: any Connection) throws {
        while true {
            let entries = try connection.all(
                """
                SELECT entry FROM az_evidence WHERE position >= \(.integer(Int64(log.size)))
                ORDER BY position LIMIT 1024
                """
            ) { row in row.withBytes(0) { Array($0) } }
            if entries.isEmpty { return }
            try log.append(entries)
        }
    }

    /// The certificate of an entry, as JSON, by the present checkpoint.
    /// - Throws: `NOT_FOUND` when the entry is not signed yet.
    func certificate(of position: Int, salt: [UInt8]?) throws -> [UInt8] {
        try withLog { log in
            guard position < log.size else {
                throw PlatformError(.notFound, "The evidence log does not hold the entry yet.")
            }
            return try Certificate(of: position, in: log, salt: salt).json()
        }
    }

    /// Reads the whole log and compares it with its signature.
    func check() throws { try withLog { try $0.check() } }

    /// The log as all processes have left it, for one at a time.
    private func withLog<T: Sendable>(_ body: (inout Log) throws -> T) throws -> T {
        try log.withLock { log in
            guard let turn else { return try body(&log) }
            return try turn.alone {
                try log.refresh()
                return try body(&log)
            }
        }
    }
}
