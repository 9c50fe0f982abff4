import AzukariTesting
import Records
import Store
import Testing

@testable import Engine

/// Postings in rows and in blocks, against sets in memory.
struct PostingsTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `a block is read back as it was written`(seed: UInt64) {
        var random = ModelRandom(seed: seed)
        var ids: [Int64] = [Int64(random.number(0...1_000_000_000)) << 30]
        for _ in 0..<random.number(0...PostingBlock.idsMax - 1) {
            let distances = [1, random.number(1...200), random.number(1...70_000), random.number(1...1 << 40)]
            ids.append(ids[ids.count - 1] + Int64(random.one(of: distances)))
        }
        let bytes = PostingBlock.encode(ids[...])
        #expect(bytes.withUnsafeBufferPointer { PostingBlock.decode(first: ids[0], $0) } == ids)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `bytes of no block end somewhere, in ascending ids`(seed: UInt64) {
        var random = ModelRandom(seed: seed)
        let bytes = (0..<random.number(0...300)).map { _ in
            UInt8(random.number(0...255) | (random.chance(50) ? 0x80 : 0))
        }
        let ids = bytes.withUnsafeBufferPointer { PostingBlock.decode(first: Int64.max - 1000, $0) }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `whatever is added, removed and moved into blocks, the lists are those of plain sets`(seed: UInt64)
        async throws
    {
        try await withOrganisation { engine, _ in
            try await engine.store.write { connection in
                var random = ModelRandom(seed: seed)
                let prefixes = try ["001", "003", "a00"].map { try #require(KeyPrefix($0)) }
                var model: [Int64: Set<Int64>] = [:]
                let postings = Postings(connection)
                for _ in 0..<120 {
                    let term = Int64(random.number(-2...2))
                    let prefix = random.one(of: prefixes)
                    let low = Int64(random.number(0...3_000))
                    switch random.number(0...9) {
                    case 0...2:
                        // A load: many, close together, now behind all that is there and now among it.
                        let ids = Set((0..<random.number(1...900)).map { _ in low + Int64(random.number(0...1_500)) })
                            .sorted().map { RecordID(prefix: prefix, sequence: $0).rawValue }
                        try postings.add(ids.map { (term, $0) })
                        model[term, default: []].formUnion(ids)
                    case 3...6:
                        let id = RecordID(prefix: prefix, sequence: low)
                        try postings.add(id, to: term)
                        model[term, default: []].insert(id.rawValue)
                    case 7, 8:
                        for _ in 0..<20 {
                            guard let id = model[term]?.randomElement(using: &random) else { break }
                            try postings.remove(RecordID(rawValue: id), from: term)
                            model[term]?.remove(id)
                        }
                        try postings.remove(RecordID(prefix: prefix, sequence: low), from: term)
                        model[term]?.remove(RecordID(prefix: prefix, sequence: low).rawValue)
                    default: while try postings.compact(limit: random.number(1...50)) == 50 {}
                    }
                }
                try Self.compare(model, prefixes, &random, connection)
            }
        }
    }

    private static func compare(
        _ model: [Int64: Set<Int64>], _ prefixes: [KeyPrefix], _ random: inout ModelRandom, _ connection: any Connection
    ) throws {
        for terms in [[0], [1], [-2, 2], [1, 0], [99]] as [[Int64]] {
            let expected = terms.reduce(into: Set<Int64>()) { $0.formUnion(model[$1] ?? []) }.sorted()
            for range in [0...Int64.max] + prefixes.map(\.idRange) {
                let inside = expected.filter(range.contains)
                let list = PostingList(terms, in: range, connection)
                for ascending in [true, false] {
                    var found: [Int64] = []
                    try list.each(ascending: ascending) {
                        found.append($0)
                        return true
                    }
                    #expect(found == (ascending ? inside : inside.reversed()), "\(terms) \(found.count)")
                }
                var few: [Int64] = []
                try list.each(ascending: false) {
                    few.append($0)
                    return few.count < 3
                }
                #expect(few == Array(inside.reversed().prefix(3)))
                for id in inside.prefix(200) + inside.suffix(20) { #expect(try list.contains(id)) }
                for _ in 0..<50 {
                    let id = RecordID(prefix: prefixes[0], sequence: Int64(random.number(0...5_000))).rawValue
                    guard range.contains(id) else { continue }
                    #expect(try list.contains(id) == inside.contains(id))
                }
                #expect(try (list.roughCount() > 0) == !expected.isEmpty)
            }
        }
        let blocks = try connection.all("SELECT first, ids FROM az_posting ORDER BY term, first") { row in
            PostingBlock.decode(first: row.int64(0), row.bytes(1))
        }
        for block in blocks {
            #expect(block.count <= PostingBlock.idsMax)
            #expect(Set(block.map { RecordID(rawValue: $0).prefix }).count == 1)
        }
    }
}

struct SearchRebuildTests {
    @Test func `a rebuilt index finds what it found, and packing it changes nothing`() async throws {
        try await withCompany { company in
            let session = company.administrator
            func found() async throws -> [RecordID] {
                var ids: [RecordID] = []
                for text in ["Sato", "佐藤", "example", "大阪", "mü", "a"] {
                    ids += try await session.search(text, in: nil, limit: 50).map(\.id)
                }
                return ids
            }
            let binned = try await session.make("Contact", ["LastName": "Sato", "Email": "binned@example.org"])
            _ = try await session.delete([binned], onFailure: .rollbackAll)
            let before = try await found()
            #expect(before.count > 5 && !before.contains(binned))
            try await company.engine.store.write { while try Postings($0).compact(limit: 100) == 100 {} }
            #expect(try await found() == before)
            let count = try await company.engine.rebuildSearch { _ in }
            #expect(count > 20)
            #expect(try await found() == before)
            // A change takes out of the blocks what it must.
            let contact = try #require(before.first { $0.prefix == KeyPrefix("003") })
            let change = Batch(
                "Contact", fields: ["Id", "LastName", "FirstName", "Email"],
                rows: [[.id(contact), "Ringelblume", .null, .null]])
            #expect(try await session.update(change, onFailure: .rollbackAll)[0].errors.isEmpty)
            #expect(try await session.search("Ringelblume", in: nil, limit: 5).map(\.id) == [contact])
            _ = try await session.purge([contact], onFailure: .rollbackAll)
            let rest = try await company.engine.store.read { connection in
                let rows = try connection.all("SELECT record FROM az_term") { $0.int64(0) }
                return try rows
                    + connection.all("SELECT first, ids FROM az_posting") {
                        PostingBlock.decode(first: $0.int64(0), $0.bytes(1))
                    }.flatMap(\.self)
            }
            #expect(!rest.contains(contact.rawValue) && !rest.contains(binned.rawValue))
        }
    }
}
