import Records
import Store
import Synchronization

/// The next numbers of ids and auto numbers. Given from memory, since one process writes; each transaction stores how
/// far they went. A refused row leaves a gap, and no number is given twice.
final class Sequences: Sendable {
    private let next: Mutex<[String: Int64]>

    /// Reads what was stored.
    init(_ store: any Store) async throws {
        let stored = try await store.read { connection in
            try connection.all("SELECT name, next FROM az_sequence") { ($0.string(0), $0.int64(1)) }
        }
        next = Mutex(Dictionary(stored) { first, _ in first })
    }

    /// Auto numbers begin with 1; ids behind those of the product's own rows.
    private static func first(of name: String) -> Int64 { name.contains(".") ? 1 : FirstRows.firstFreeSequence }

    /// The next number of a sequence.
    func next(_ name: String) -> Int64 { take(1, of: name) }

    /// The first of several numbers in a row.
    func take(_ count: Int, of name: String) -> Int64 {
        next.withLock { next in
            let first = next[name] ?? Self.first(of: name)
            next[name] = first + Int64(count)
            return first
        }
    }

    /// New ids of an object.
    func ids(_ count: Int, of object: ObjectSchema) -> [RecordID] {
        let first = take(count, of: object.name)
        return (0..<count).map { RecordID(prefix: object.keyPrefix, sequence: first + Int64($0)) }
    }

    /// Stores the marks in the transaction that used the numbers.
    func save(_ names: Set<String>, _ connection: any Connection) throws {
        for name in names.sorted() {
            let mark = next.withLock { $0[name] ?? Self.first(of: name) }
            let changed = try connection.execute(
                "UPDATE az_sequence SET next = \(.integer(mark)) WHERE name = \(.text(name))"
            )
            if changed == 0 {
                try connection.execute(
                    "INSERT INTO az_sequence (name, next) VALUES (\(.text(name)), \(.integer(mark)))"
                )
            }
        }
    }
}
