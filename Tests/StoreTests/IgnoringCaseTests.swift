import Testing

@testable import Store

struct IgnoringCaseTests {
    /// As SQLite says of its own: letters of ASCII as small ones, then bytes, then lengths.
    private func reference(_ a: [UInt8], _ b: [UInt8]) -> Int32 {
        let (a, b) = (a.map(small), b.map(small))
        return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
    }

    private func small(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte + 0x20 : byte }

    @Test func `the order is SQLite's, for any bytes`() {
        var state: UInt64 = 42
        func random(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        let letters = Array("aAbBzZ[`{09é名@".utf8)
        for _ in 0..<20_000 {
            let a = (0..<random(30)).map { _ in letters[random(letters.count)] }
            // Mostly alike, since that is what the quick way passes over.
            var b = a.prefix(random(a.count + 1)) + (0..<random(4)).map { _ in letters[random(letters.count)] }
            if !b.isEmpty, random(2) == 0 { b[b.startIndex + random(b.count)] ^= 0x20 }
            let order = a.withUnsafeBytes { a in Array(b).withUnsafeBytes { IgnoringCase.compare(a, $0).signum() } }
            #expect(order == reference(a, Array(b)))
        }
    }
}
