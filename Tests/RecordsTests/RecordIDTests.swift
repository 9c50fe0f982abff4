import Records
import Testing

struct RecordIDTests {
    @Test(arguments: [
        ("001A0000006Vm9r", "IAC"), ("003D000000QV9n2", "IAD"), ("500D0000003pGQW", "IA2"),
        ("000000000000000", "AAA"),
    ])
    func `the suffix is the platform's`(text: String, suffix: String) {
        #expect(RecordID.suffix(of: text) == suffix)
    }

    @Test func `an id prints and parses in both forms`() throws {
        let prefix = try #require(KeyPrefix("003"))
        for sequence in [0, 1, 61, 62, 1_000_000, RecordID.sequenceMax - 1] {
            let id = RecordID(prefix: prefix, sequence: sequence)
            #expect(RecordID(id.description) == id)
            #expect(RecordID(id.text15) == id)
            #expect(id.prefix.description == "003")
            #expect(id.sequence == sequence)
            #expect(id.description.utf8.count == 18)
            #expect(prefix.idRange.contains(id.rawValue))
        }
    }

    @Test func `a spreadsheet's change of case is repaired`() throws {
        let id = RecordID(prefix: try #require(KeyPrefix("00Q")), sequence: 3_456_789_012_345)
        #expect(RecordID(id.description.lowercased()) == id)
        #expect(RecordID(id.description.uppercased()) == id)
    }

    @Test(arguments: ["", "003", "003000000000001AA", "0030000000000-1", "003000000000001AAZ", "003000000000001BAA"])
    func `what is no id is refused`(text: String) {
        #expect(RecordID(text) == nil)
    }

    @Test func `a well-formed id of another organisation finds nothing`() {
        #expect(RecordID("001zzzzzzzzzzzz")?.sequence == RecordID.sequenceMax)
    }

    @Test func `the ids of an object lie together`() throws {
        let first = try #require(KeyPrefix("001")).idRange
        let second = try #require(KeyPrefix("002")).idRange
        #expect(first.upperBound < second.lowerBound)
    }
}
