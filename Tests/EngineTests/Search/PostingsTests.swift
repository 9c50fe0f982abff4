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
                        let terms = [term] + (0..<random.number(0...70)).map { _ in Int64(random.number(-2...90)) }
                        try postings.add(id, to: terms)
                        for term in terms { model[term, default: []].insert(id.rawValue) }
                    case 7, 8:
                        for _ in 0..<20 {
                            guard let id = model[term]?.randomElement(using: &random) else { break }
                            try postings.remove(RecordID(rawValue: id), from: [term])
                            model[term]?.remove(id)
                        }
                        let id = RecordID(prefix: prefix, sequence: low)
                        let terms = [term] + (0..<random.number(0...70)).map { _ in Int64(random.number(-2...90)) }
                        try postings.remove(id, from: terms)
                        for term in terms { model[term]?.remove(id.rawValue) }
                    default: while try postings.compact(limit: random.number(1...50)).count == 50 {}
                    }
                }
                try Self.compare(model, prefixes, &random, connection)
            }
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `what is appended in bulk is in the lists, and goes with what is there`(seed: UInt64) async throws {
        try await withOrganisation { engine, _ in
            try await engine.store.write { connection in
                var random = ModelRandom(seed: seed)
                let prefix = try #require(KeyPrefix("003"))
                var model: [Int64: Set<Int64>] = [:]
                let postings = Postings(connection)
                var next: Int64 = 1
                for _ in 0..<12 {
                    var added: [PostingSort.Posting] = []
                    for sequence in next..<next + Int64(random.number(1...1_500)) {
                        next = sequence + 1
                        let id = RecordID(prefix: prefix, sequence: sequence).rawValue
                        for term in -2...2 as ClosedRange<Int64> where random.chance(term == 0 ? 95 : 20) {
                            added.append((term, id))
                            model[term, default: []].insert(id)
                        }
                    }
                    try postings.append(PostingSort.sorted(added))
                    for _ in 0..<5 {
                        let term = Int64(random.number(-2...2))
                        let id = RecordID(prefix: prefix, sequence: Int64(random.number(1...Int(next))))
                        if random.chance(50) {
                            try postings.remove(id, from: [term])
                            model[term]?.remove(id.rawValue)
                        } else {
                            try postings.add(id, to: [term])
                            model[term, default: []].insert(id.rawValue)
                        }
                    }
                    if random.chance(30) { while try postings.compact(limit: 50).count == 50 {} }
                }
                try Self.compare(model, [prefix], &random, connection)
            }
        }
    }

    @Test func `loads, single writes, packing and indexing once more keep the blocks of a term apart`() async throws {
        try await Writing.withSession { session, engine in
            func load(_ numbers: Range<Int>) async throws {
                let rows = numbers.map { [Value.text("Load\($0 % 7)"), .text("p\($0)@example.org")] }
                _ = try await session.load(
                    "Contact", fields: ["LastName", "Email"], rows: LoadTests.Pieces(pieces: [rows])
                ) { _ in }
            }
            var expected = 0
            for round in 0..<4 {
                try await load(round * 1_000..<round * 1_000 + 60)
                for number in 0..<3 {
                    try await session.make(
                        "Contact", ["LastName": "Load1", "Email": .text("s\(round)\(number)@example.org")])
                }
                if round == 1 {
                    try await engine.store.write { connection in
                        let schema = try engine.schema.current(on: connection)
                        while try engine.search.compact(connection, schema, limit: 10) == 10 {}
                    }
                }
                if round == 2 {
                    let range = try #require(KeyPrefix("003")).idRange
                    try await engine.store.write {
                        try SearchIndex.postpone(
                            "Contact",
                            RecordID(rawValue: range.lowerBound)...RecordID(rawValue: range.lowerBound + 2_000), $0)
                    }
                }
                expected += 60 + 3
                try await engine.settleSearch()
                #expect(try await session.search("p\(round * 1_000 + 50)@example.org", in: nil, limit: 9).count == 1)
                #expect(try await session.search("example", in: nil, limit: 5_000).count == expected)
                let blocks = try await engine.store.read { connection in
                    try connection.all("SELECT term, first, ids FROM az_posting ORDER BY term, first") { row in
                        (term: row.int64(0), ids: PostingBlock.decode(first: row.int64(1), row.bytes(2)))
                    }
                }
                for (before, block) in zip(blocks, blocks.dropFirst()) where before.term == block.term {
                    #expect(before.ids[before.ids.count - 1] < block.ids[0])
                }
            }
        }
    }

    private static func compare(
        _ model: [Int64: Set<Int64>], _ prefixes: [KeyPrefix], _ random: inout ModelRandom, _ connection: any Connection
    ) throws {
        for terms in [[0], [1], [-2, 2], [1, 0], [7, 44], [89], [99]] as [[Int64]] {
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
            try await company.engine.store.write { while try Postings($0).compact(limit: 100).count == 100 {} }
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
