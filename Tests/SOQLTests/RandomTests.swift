import Records
import SOQL
import Testing

@Suite struct RandomTests {
    @Test(arguments: UInt64(1)...8)
    func `a random query prints and parses to itself`(seed: UInt64) throws {
        var random = RandomTree(seed: seed)
        for _ in 0..<250 {
            let query = random.query()
            let again = try Query(parsing: query.text, dialect: .apex)
            try #require(again == query, "seed \(seed): \(query.text)")
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `a random search prints and parses to itself`(seed: UInt64) throws {
        var random = RandomTree(seed: seed)
        for _ in 0..<250 {
            let search = random.search()
            let again = try Search(parsing: search.text, dialect: .apex)
            try #require(again == search, "seed \(seed): \(search.text)")
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `arbitrary bytes are read or refused`(seed: UInt64) {
        var random = RandomTree(seed: seed)
        for _ in 0..<2000 {
            let bytes = random.list(0...60) { UInt8.random(in: 0...255, using: &$0.generator) }
            tryBoth(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `a damaged query is read or refused`(seed: UInt64) {
        var random = RandomTree(seed: seed)
        for _ in 0..<400 {
            var bytes = Array((random.flip() ? random.query().text : random.search().text).utf8)
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random.generator)
                switch Int.random(in: 0...2, using: &random.generator) {
                case 0: bytes.removeSubrange(place..<bytes.count)
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &random.generator)
                default: bytes.insert(contentsOf: random.pick([" (", "'", "\\", "{", ":", "SELECT "]).utf8, at: place)
                }
                guard !bytes.isEmpty else { break }
            }
            tryBoth(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Whatever is taken must print back to itself; whatever is refused must have a report.
    private func tryBoth(_ text: String) {
        for dialect in Dialect.allCases {
            do throws(SOQLError) {
                let query = try Query(parsing: text, dialect: dialect)
                #expect((try? Query(parsing: query.text, dialect: .apex)) == query, "\(text)")
            } catch {
                #expect(!error.platformError(in: text).message.isEmpty)
            }
            do throws(SOQLError) {
                let search = try Search(parsing: text, dialect: dialect)
                #expect((try? Search(parsing: search.text, dialect: .apex)) == search, "\(text)")
            } catch {
                #expect(!error.platformError(in: text).message.isEmpty)
            }
        }
    }
}
