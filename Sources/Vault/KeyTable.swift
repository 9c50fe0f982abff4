import Crypto
import Records
import Store

/// The keys of data subjects in the key store: blocks of the keys of neighbouring subjects, each block wrapped as one.
///
/// A bulk load makes a key for each of thousands of people at once; one by one, wrapping and storing them would cost
/// more than their records. A destroyed key leaves zeros in its block, which is wrapped anew.
struct KeyTable {
    let secret: SymmetricKey
    let connection: any Connection

    /// Opening one key opens its block, so a block is small: 8 KiB.
    private static let keysInBlockMax = 256

    /// Keys of the subjects from `first` on.
    private struct Block {
        let first: RecordID
        var keys: [UInt8]

        func place(of subject: RecordID) -> Range<Int> {
            let start = Int(subject.rawValue - first.rawValue) * SealingCipher.keyBytes
            return start..<start + SealingCipher.keyBytes
        }
    }

    static func make(_ connection: any Connection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS subject_keys (
                first INTEGER PRIMARY KEY, count INTEGER NOT NULL, wrapped BLOB NOT NULL, created INTEGER NOT NULL)
            """
        )
        try connection.execute(
            "CREATE TABLE IF NOT EXISTS destroyed_key (subject INTEGER PRIMARY KEY, destroyed INTEGER NOT NULL)"
        )
    }

    /// The key of a subject that has one.
    /// - Throws: ``VaultError`` `destroyed`.
    func key(of subject: RecordID) throws -> SealingKey? {
        if try destructionDate(of: subject) != nil {
            throw VaultError(.destroyed, "The key of this person was destroyed.", subject: subject)
        }
        guard let block = try block(of: subject) else { return nil }
        return SealingKey(subject: subject, key: SymmetricKey(data: block.keys[block.place(of: subject)]))
    }

    /// The keys of subjects, made where there are none.
    func keys(of subjects: [RecordID], now: Instant) throws -> [RecordID: SealingKey] {
        var keys: [RecordID: SealingKey] = [:]
        for subject in subjects {
            if let key = try key(of: subject) {
                keys[subject] = key
            } else {
                let made = NewKeys(subject...subject)
                try store(made, now)
                keys[subject] = SealingKey(
                    subject: subject, key: SymmetricKey(data: made.bytes(of: subject...subject)))
            }
        }
        return keys
    }

    /// Makes the keys of subjects that follow each other; nil when one of them has a key or had one.
    func newKeys(of subjects: ClosedRange<RecordID>, now: Instant) throws -> NewKeys? {
        guard try isUntouched(subjects) else { return nil }
        let made = NewKeys(subjects)
        try store(made, now)
        return made
    }

    /// Destroys the key of a subject, or sees to it that none is ever made. Whether there was one.
    func destroy(_ subject: RecordID, now: Instant) throws -> Bool {
        guard try destructionDate(of: subject) == nil else { return false }
        try connection.execute(
            "INSERT INTO destroyed_key (subject, destroyed) VALUES (\(.id(subject)), \(.datetime(now)))"
        )
        guard var block = try block(of: subject) else { return false }
        for place in block.place(of: subject) { block.keys[place] = 0 }
        let context = Self.context(block.first, block.keys.count / SealingCipher.keyBytes)
        let wrapped = try block.keys.withUnsafeBytes { try KeyWrap.seal($0, with: secret, context: context) }
        try connection.execute(
            "UPDATE subject_keys SET wrapped = \(.bytes(wrapped)) WHERE first = \(.id(block.first))"
        )
        return true
    }

    /// When the key of a subject was destroyed; nil when it was not.
    func destructionDate(of subject: RecordID) throws -> Instant? {
        try connection.first("SELECT destroyed FROM destroyed_key WHERE subject = \(.id(subject))") {
            Instant(milliseconds: $0.int64(0))
        }
    }

    private func isUntouched(_ subjects: ClosedRange<RecordID>) throws -> Bool {
        let (first, last) = (subjects.lowerBound, subjects.upperBound)
        if try block(around: first) != nil { return false }
        let found = try connection.first(
            """
            SELECT EXISTS (SELECT 1 FROM subject_keys WHERE first > \(.id(first)) AND first <= \(.id(last)))
                OR EXISTS (SELECT 1 FROM destroyed_key WHERE subject BETWEEN \(.id(first)) AND \(.id(last)))
            """
        ) { $0.int64(0) != 0 }
        return found == false
    }

    private func store(_ keys: NewKeys, _ now: Instant) throws {
        let (first, last) = (keys.subjects.lowerBound.rawValue, keys.subjects.upperBound.rawValue)
        for start in stride(from: first, through: last, by: Int64.Stride(Self.keysInBlockMax)) {
            let end = min(start + Int64(Self.keysInBlockMax) - 1, last)
            let block = RecordID(rawValue: start)...RecordID(rawValue: end)
            let count = Int(end - start) + 1
            let wrapped = try KeyWrap.seal(
                keys.bytes(of: block), with: secret, context: Self.context(block.lowerBound, count))
            try connection.execute(
                """
                INSERT INTO subject_keys (first, count, wrapped, created)
                VALUES (\(.id(block.lowerBound)), \(.integer(Int64(count))), \(.bytes(wrapped)), \(.datetime(now)))
                """
            )
        }
    }

    private func block(of subject: RecordID) throws -> Block? {
        guard let found = try block(around: subject) else { return nil }
        let keys = try KeyWrap.open(found.wrapped, with: secret, context: Self.context(found.first, found.count))
        return Block(first: found.first, keys: keys)
    }

    private func block(around subject: RecordID) throws -> (first: RecordID, count: Int, wrapped: [UInt8])? {
        let found = try connection.first(
            """
            SELECT first, count, wrapped FROM subject_keys WHERE first <= \(.id(subject)) ORDER BY first DESC LIMIT 1
            """
        ) { row in
            (first: RecordID(rawValue: row.int64(0)), count: Int(row.int64(1)), wrapped: row.withBytes(2) { Array($0) })
        }
        guard let found, found.first.rawValue + Int64(found.count) > subject.rawValue else { return nil }
        return found
    }

    private static func context(_ first: RecordID, _ count: Int) -> String { "subjects \(first.rawValue) \(count)" }
}
