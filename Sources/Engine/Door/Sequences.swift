import Records
import Store
import Synchronization

/// The next numbers of ids and auto numbers, which the database has.
///
/// A write must know its ids before it begins, since the keys of new people are fetched before: this process reserves them
/// in blocks, in a transaction of its own. Auto numbers are taken in the transaction that uses them. Either way a gap may
/// stay, and no number is given twice, however many processes write.
final class Sequences: Sendable {
    private let store: any Store
    /// What is left of the blocks, by sequence.
    private let blocks = Mutex<[String: Range<Int64>]>([:])

    /// Few enough that those a process leaves behind are no loss.
    private static let blockMin = 1000
    /// A bulk load takes the numbers of several chunks at once, and does not wait for its own writing each time.
    private static let chunksInBlock = 8

    init(_ store: any Store) { self.store = store }

    /// New ids of an object, one behind the other.
    func ids(_ count: Int, of object: ObjectSchema) async throws -> [RecordID] {
        let known = blocks.withLock { Self.take(count, from: &$0[object.name]) }
        let first: Int64
        if let known {
            first = known
        } else {
            let size = max(Self.blockMin, count * Self.chunksInBlock)
            first = try await reserve(size, of: object.name)
            // Another caller may have come back with a block meanwhile: what is left of it is given up.
            blocks.withLock { $0[object.name] = first + Int64(count)..<first + Int64(size) }
        }
        return (0..<count).map { RecordID(prefix: object.keyPrefix, sequence: first + Int64($0)) }
    }

    /// The first of several numbers in a row, in a transaction of its own: nobody else gets them, whatever becomes of them.
    func reserve(_ count: Int, of name: String) async throws -> Int64 {
        if count == 0 { return 0 }
        return try await store.write { try Self.reserve(count, of: name, $0) }
    }

    /// The same in a transaction that uses them.
    static func reserve(_ count: Int, of name: String, _ connection: any Connection) throws -> Int64 {
        let first = try next(name, connection)
        try save(first + Int64(count), name, connection)
        return first
    }

    /// The number that comes next; to be asked in a write.
    static func next(_ name: String, _ connection: any Connection) throws -> Int64 {
        try connection.first(nextNumber, [.text(name)]) { $0.int64(0) } ?? first(of: name)
    }

    /// Notes the number that comes next, in the write that used those before.
    static func save(_ next: Int64, _ name: String, _ connection: any Connection) throws {
        try connection.execute(
            """
            INSERT INTO az_sequence (name, next) VALUES (\(.text(name)), \(.integer(next))) \
            ON CONFLICT (name) DO UPDATE SET next = excluded.next
            """
        )
    }

    private static let nextNumber = KeptSQL("SELECT next FROM az_sequence WHERE name = \(.null)")

    /// Auto numbers begin with 1; ids behind those of the product's own rows.
    private static func first(of name: String) -> Int64 { name.contains(".") ? 1 : FirstRows.firstFreeSequence }

    private static func take(_ count: Int, from block: inout Range<Int64>?) -> Int64? {
        guard let known = block, known.count >= count else { return nil }
        block = known.lowerBound + Int64(count)..<known.upperBound
        return known.lowerBound
    }
}
