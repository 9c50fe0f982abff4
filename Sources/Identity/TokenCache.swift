import Engine
import Records
import Synchronization

/// The sessions of tokens used lately, by the digest of the token.
///
/// Bounded; what is not here is read from the database. Every entry is checked against the database again after
/// ``checkSeconds``, so that a token revoked, a user deactivated or rights changed by another process count within that time.
final class TokenCache: Sendable {
    struct Entry {
        let session: Session
        let scopes: Scopes
        /// The `AccessSession`.
        let row: RecordID
        let expires: Instant
        var lastUsed: Instant
        /// When `LastUsedAt` was last written.
        var lastStored: Instant
        /// When the row and the user were last read.
        var checked: Instant
        /// How long it lives unused.
        let idleSeconds: Int64
        /// Whether its user must set up a second factor before anything else.
        let needsFactor: Bool
    }

    /// A token dies unused after two hours, as clients of the platform expect.
    static let idleSecondsMax: Int64 = 7200
    /// A token dies after a day however much it is used.
    static let lifeSecondsMax: Int64 = 86_400
    static let checkSeconds: Int64 = 15
    /// The last use is written this often at most, not with every request.
    static let storeSeconds: Int64 = 600
    static let entriesMax = 10_000

    private let entries = Mutex<[TokenDigest: Entry]>([:])

    func keep(_ entry: Entry, for digest: TokenDigest) {
        entries.withLock { entries in
            if entries.count >= Self.entriesMax {
                let oldestFirst = entries.sorted { $0.value.lastUsed < $1.value.lastUsed }
                for (key, _) in oldestFirst.prefix(Self.entriesMax / 4) { entries[key] = nil }
            }
            entries[digest] = entry
        }
    }

    /// The session, whose entry is marked as used now. Nil when it is unknown, has died, or is to be checked again.
    func access(_ digest: TokenDigest, at now: Instant) -> TokenAccess? {
        entries.withLock { entries in
            guard let place = entries.index(forKey: digest) else { return nil }
            let (expires, lastUsed, checked) = (
                entries.values[place].expires, entries.values[place].lastUsed, entries.values[place].checked
            )
            guard expires > now, lastUsed.adding(seconds: entries.values[place].idleSeconds) > now else {
                entries.remove(at: place)
                return nil
            }
            guard checked.adding(seconds: Self.checkSeconds) > now else { return nil }
            entries.values[place].lastUsed = now
            let entry = entries.values[place]
            return TokenAccess(session: entry.session, scopes: entry.scopes, needsFactor: entry.needsFactor)
        }
    }

    /// What is remembered of the token, however old: its last use may not have been written yet.
    func remembered(_ digest: TokenDigest) -> Entry? { entries.withLock { $0[digest] } }

    func forget(_ digest: TokenDigest) { entries.withLock { $0[digest] = nil } }

    func forgetAll() { entries.withLock { $0.removeAll() } }

    func forget(user: RecordID) {
        entries.withLock { entries in entries = entries.filter { $0.value.session.user != user } }
    }
}
