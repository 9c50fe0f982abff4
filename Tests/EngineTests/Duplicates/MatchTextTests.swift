import Records
import Testing

@testable import Engine

struct MatchTextTests {
    private func match(_ left: Value, _ right: Value, _ method: MatchCriterion.Method) -> Bool {
        let isSame = MatchText.matches(left, right, method)
        let keys = (MatchText.keys(of: left, method), MatchText.keys(of: right, method))
        #expect(!isSame || !keys.0.isDisjoint(with: keys.1), "what matches must be found by a key")
        return isSame
    }

    @Test(
        arguments: [
            (.exact, "Tokyo", " ＴＯＫＹＯ "), (.exact, "カナ", "かな"), (.exact, "ｶﾅ", "カナ"), (.exact, "高橋", "髙橋"),
            (.exact, .date(Day(year: 1980, month: 1, day: 2)), "1980-01-02"),
            (.email, "Anna@Example.org", "anna@example.ORG"), (.email, "ａ@example.org", "a@example.org"),
            (.phone, "090-1234-5678", "+81 90 1234 5678"), (.phone, "０９０（１２３４）５６７８", "09012345678"),
            (.phone, "+44 20 7946 0958", "(020) 7946 0958"),
            (.postalcode, "〒150-0001", "1500001"), (.postalcode, "sw1a 1aa", "SW1A1AA"),
            (.name, "Schmidt", "Schmitt"), (.name, "Jonathan", "Jonathon"), (.name, "Marta", "Martha"),
            (.name, "Smith", "Smiht"), (.name, "O'Neill", "ONeill"), (.name, "Anna Maria", "anna-maria"),
            (.name, "齋藤", "斎藤"), (.name, "さいとう", "サイトウ"), (.name, "サイトウケン", "サイトケン"),
            (.company, "株式会社青空商事", "青空商事（株）"), (.company, "㈱青空", "青空 株式会社"),
            (.company, "Blue Sky, Inc.", "blue sky"), (.company, "The Blue-Sky Company Ltd.", "Bluesky"),
            (.company, "Müller GmbH & Co. KG", "Müller GmbH"), (.company, "Acme S.A.", "ACME"),
            (.company, "Aozora K.K.", "aozora"), (.company, "Blue Skye", "Blue Sky"),
            (.address, "渋谷区神宮前一丁目２番３号", "渋谷区神宮前1-2-3"), (.address, "神宮前１丁目２－３", "神宮前 1－2－3"),
            (.address, "本町十二丁目3番地4", "本町12-3-4"), (.address, "本町二十丁目5", "本町20ー5"),
            (.address, "12 North High Street, Apartment 4", "12 N. High St Apt 4"),
        ] as [(MatchCriterion.Method, Value, Value)])
    func `alike by a method`(method: MatchCriterion.Method, left: Value, right: Value) {
        #expect(match(left, right, method) && match(right, left, method))
    }

    @Test(
        arguments: [
            (.exact, "Tokyo", "Tokio"), (.exact, "Muller", "Müller"), (.email, "a@example.org", "b@example.org"),
            (.phone, "090-1234-5678", "090-1234-5679"), (.phone, "12345", "12345"),
            (.postalcode, "150-0001", "150-0002"),
            (.name, "Meier", "Mayer"), (.name, "Kim", "Kin"), (.name, "Anna", "Anne"), (.name, "佐藤", "佐東"),
            (.name, "田中", "中田"), (.name, "Schmidt", "Schmied"), (.company, "青空商事", "青空商店"),
            (.company, "Blue Sky", "Blue Moon"), (.address, "神宮前1-2-3", "神宮前1-2-33"),
            (.address, "神宮前1-23", "神宮前12-3"), (.address, "12 High St", "112 High St"), (.name, "", ""),
            (.exact, .null, .null), (.name, "・・・", "---"),
        ] as [(MatchCriterion.Method, Value, Value)])
    func `different by a method`(method: MatchCriterion.Method, left: Value, right: Value) {
        #expect(!match(left, right, method))
    }

    /// Whatever the name: one letter changed, taken away, added, or exchanged with the next is the same name.
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `one slip in a name leaves it alike`(seed: UInt64) {
        var random = ModelRandom(seed: seed)
        let letters = Array("abcdefghijklmnopqrstuvwxyzäöüéñ")
        let name = (0..<random.number(6...20)).map { _ in random.one(of: letters) }
        let place = random.number(0...name.count - 2)
        var slips = [name, name, name, name]
        slips[0][place] = random.one(of: letters)
        slips[1].remove(at: place)
        slips[2].insert(random.one(of: letters), at: place)
        slips[3].swapAt(place, place + 1)
        for slip in slips { #expect(match(.text(String(name)), .text(String(slip)), .name), "\(String(slip))") }
    }
}
