import HTTP
import Testing

struct PercentEncodingTests {
    @Test(arguments: [
        ("a%2Fb", "a/b"), ("a+b", "a+b"), ("%E5%B1%B1", "山"), ("plain", "plain"), ("", ""), ("%20", " "),
    ])
    func `a segment of a path is decoded, its plus kept`(raw: String, text: String) {
        #expect(PercentEncoding.decode(raw, plusIsSpace: false) == text)
    }

    @Test(arguments: ["%", "%2", "%zz", "%FF", "%E5%B1"])
    func `broken escapes are no text`(raw: String) {
        #expect(PercentEncoding.decode(raw, plusIsSpace: false) == nil)
    }

    @Test func `what is encoded is decoded`() {
        let text = "名前 & co/+%?#"
        #expect(PercentEncoding.decode(PercentEncoding.encode(text), plusIsSpace: true) == text)
    }

    @Test func `a form keeps its fields in order and reads plus as a blank`() throws {
        let form = try FormFields("a=1&b=x+y&a=%2B2&c&=e")
        #expect(form["a"] == "1")
        #expect(form.all("a") == ["1", "+2"])
        #expect(form["b"] == "x y")
        #expect(form["c"] == "")
        #expect(form["d"] == nil)
    }

    @Test func `a form with a broken escape is refused`() {
        #expect(throws: (any Error).self) { try FormFields("a=%E5") }
    }
}
