import Records
import Store

/// Which records a person's record was made of. Kept when the bin has been emptied: the keys of all of them are destroyed
/// with the person.
enum MergedRecords {
    /// The losers of these records, and theirs.
    static func all(of masters: [RecordID], _ connection: any Connection) throws -> [RecordID] {
        var found: [RecordID] = []
        var seen = Set(masters)
        var next = masters
        while !next.isEmpty {
            var losers: [RecordID] = []
            for start in stride(from: 0, to: next.count, by: 200) {
                losers += try connection.all(
                    """
                    SELECT loser FROM az_merged \
                    WHERE master IN (\(.list(next[start..<min(start + 200, next.count)]))) ORDER BY loser
                    """
                ) { RecordID(rawValue: $0.int64(0)) }
            }
            next = losers.filter { seen.insert($0).inserted }
            found += next
        }
        return found
    }

    /// A record of a person is another one's from now on.
    static func note(_ loser: RecordID, in master: RecordID, _ connection: any Connection) throws {
        try connection.execute("INSERT INTO az_merged (loser, master) VALUES (\(.id(loser)), \(.id(master)))")
    }

    /// The record stands for itself again.
    static func forget(_ loser: RecordID, _ connection: any Connection) throws {
        try connection.execute("DELETE FROM az_merged WHERE loser = \(.id(loser))")
    }
}
