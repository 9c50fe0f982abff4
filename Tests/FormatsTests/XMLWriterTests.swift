import Formats
import Records
import Testing

struct XMLWriterTests {
    private func text(_ xml: XMLWriter) -> String {
        var out: [UInt8] = []
        xml.drain(into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test func `elements, attributes and text are written with what must be escaped`() throws {
        let xml = try XMLWriter()
        xml.beginDocument()
        xml.beginElement("records")
        xml.attribute("type", "a<b>\"c\" & 佐藤")
        xml.element("Name", "<script>&\r\n\"x\"</script>")
        xml.endElement()
        xml.endDocument()
        #expect(
            text(xml) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <records type="a&lt;b&gt;&quot;c&quot; &amp; 佐藤"><Name>&lt;script&gt;&amp;&#13;
                &quot;x&quot;&lt;/script&gt;</Name></records>

                """)
    }

    @Test func `what XML cannot hold becomes U+FFFD`() throws {
        let xml = try XMLWriter()
        xml.element("a", "x\0y\u{B}z\u{FFFE}😀\t")
        #expect(text(xml) == "<a>x\u{FFFD}y\u{FFFD}z\u{FFFD}😀\t</a>")
    }

    @Test func `it streams: what was drained is not given again`() throws {
        let xml = try XMLWriter(isIndented: true)
        xml.beginElement("a")
        xml.element("b", "1")
        let first = text(xml)
        xml.element("b", "2")
        xml.endElement()
        #expect(first + text(xml) == "<a>\n  <b>1</b>\n  <b>2</b>\n</a>\n")
    }

    @Test func `cells are written in the forms of SOAP, and null as nil`() throws {
        let (cells, types) = try FixedCells.sample()
        let xml = try XMLWriter()
        for (column, type) in types.enumerated().dropFirst(7) { xml.cell("c", cells, column, type) }
        #expect(
            text(xml)
                == "<c>2026-11-23</c><c>2026-11-23T09:30:00.000Z</c><c>09:30:00.000Z</c><c>AQID/w==</c>"
                + "<c xsi:nil=\"true\"/>")
    }
}
