import Testing

@testable import Engine

struct SearchTermsTests {
    private func terms(_ text: String, _ kind: SearchTerms.Kind = .text) -> Set<String> {
        var terms = SearchTerms()
        terms.add(text, as: kind)
        return terms.terms
    }

    private func finds(_ searched: String, in text: String, as kind: SearchTerms.Kind = .text) -> Bool {
        let terms = terms(text, kind)
        let groups = SearchTerms.searched(searched)
        return !groups.isEmpty && groups.allSatisfy { $0.contains { terms.contains($0) } }
    }

    @Test(arguments: [
        ("田中", "田中様よりお電話"), ("様より", "田中様よりお電話"), ("たなか", "タナカ様"), ("タナカ", "ﾀﾅｶ様"), ("高橋", "髙橋さん"),
        ("router", "The ROUTER stopped"), ("Müller", "for müller, today"), ("090-1234-5678", "電話は０９０１２３４５６７８です"),
        ("+81 90 1234 5678", "090-1234-5678"), ("a.b@example.org", "mail A.B@example.org now"),
        ("O'Brien", "says O’Brien"),
    ])
    func `a text is found in whatever way it is written`(searched: String, text: String) {
        #expect(finds(searched, in: text))
    }

    @Test(arguments: [("中田", "田中様"), ("rout", "The router"), ("1234567", "123-456-8"), ("", "x"), ("、。", "田中、佐藤。")])
    func `what is not there is not found`(searched: String, text: String) {
        #expect(!finds(searched, in: text))
    }

    @Test func `a name is found by its beginning`() {
        #expect(finds("fisch", in: "Fischer", as: .name))
        #expect(finds("anna fi", in: "Anna Fischer", as: .name))
        #expect(!finds("ischer", in: "Fischer", as: .name))
    }
}
