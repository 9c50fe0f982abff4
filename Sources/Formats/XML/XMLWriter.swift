import CLibXML2
public import Records
import Synchronization

/// Writes XML 1.0 in UTF-8 as a stream, by libxml2's text writer.
///
/// Characters that XML cannot hold (most control characters, U+FFFE, U+FFFF) and bytes that are not UTF-8 are replaced
/// by U+FFFD: an export of what a customer once typed must not fail for a stray form feed. Names of elements and
/// attributes are the caller's, not data, and are not checked.
public final class XMLWriter: Sendable {
    private let writer: Mutex<Handles>

    /// - Parameter isIndented: two spaces a level, for people; mixed content is left alone.
    /// - Throws: ``FormatError`` when the library has no memory.
    public init(isIndented: Bool = false) throws(FormatError) {
        guard let handles = Handles(isIndented: isIndented) else {
            throw FormatError(.unavailable, "the XML library could not begin a document: out of memory")
        }
        writer = Mutex(handles)
    }

    /// The declaration with which a document begins.
    public func beginDocument() { call { xmlTextWriterStartDocument($0, "1.0", "UTF-8", nil) } }

    /// Closes whatever is open.
    public func endDocument() { call { xmlTextWriterEndDocument($0) } }

    public func beginElement(_ name: String) { call { xmlTextWriterStartElement($0, name) } }

    public func endElement() { call { xmlTextWriterEndElement($0) } }

    /// An attribute of the element that was begun last; before its text and children.
    public func attribute(_ name: String, _ value: String) {
        let value = XMLText.holdable(value)
        call { xmlTextWriterWriteAttribute($0, name, value) }
    }

    public func text(_ text: String) {
        let text = XMLText.holdable(text)
        call { xmlTextWriterWriteString($0, text) }
    }

    /// An element with text in it, and nothing else.
    public func element(_ name: String, _ text: String) {
        beginElement(name)
        self.text(text)
        endElement()
    }

    /// A cell of a result as the text of an element, in the forms of SOAP: datetimes `2026-11-23T09:30:00.000Z`, the
    /// rest as in CSV. Null becomes an empty element with `xsi:nil="true"`; the document's root must declare `xsi`.
    public func cell(_ name: String, _ cells: any Cells, _ column: Int, _ type: FieldType) {
        beginElement(name)
        if cells.isNull(column) {
            attribute("xsi:nil", "true")
        } else if type.storage == .text {
            text(cells.string(column))
        } else {
            var csv = CSVWriter(delimiter: .comma, lineEnding: .lf, quoting: .whenNeeded)
            csv.value(cells.value(column, as: type))
            text(String(decoding: csv.bytes, as: UTF8.self))
        }
        endElement()
    }

    /// Appends what has been written since the last call, and forgets it.
    public func drain(into out: inout [UInt8]) {
        let written = writer.withLock { $0.drain() }
        out.append(contentsOf: written)
    }

    private func call(_ body: (xmlTextWriterPtr) -> Int32) {
        let result = writer.withLock { body($0.writer) }
        // Writing to memory fails only without memory, or for calls out of order: an attribute after text.
        precondition(result >= 0, "the XML writer was called out of order")
    }

    /// The library's two objects, freed with their owner.
    private struct Handles: ~Copyable {
        let writer: xmlTextWriterPtr
        private let buffer: xmlBufferPtr

        init?(isIndented: Bool) {
            guard let buffer = xmlBufferCreate() else { return nil }
            guard let writer = xmlNewTextWriterMemory(buffer, 0) else {
                xmlBufferFree(buffer)
                return nil
            }
            self.buffer = buffer
            self.writer = writer
            if isIndented {
                xmlTextWriterSetIndent(writer, 1)
                xmlTextWriterSetIndentString(writer, "  ")
            }
        }

        deinit {
            xmlFreeTextWriter(writer)
            xmlBufferFree(buffer)
        }

        func drain() -> [UInt8] {
            xmlTextWriterFlush(writer)
            let count = Int(xmlBufferLength(buffer))
            defer { xmlBufferEmpty(buffer) }
            return Array(UnsafeBufferPointer(start: xmlBufferContent(buffer), count: count))
        }
    }
}

/// The characters that XML 1.0 (section 2.2) can hold.
enum XMLText {
    static func holdable(_ text: String) -> String {
        if text.unicodeScalars.allSatisfy(isHoldable) { return text }
        var mended = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { mended.append(isHoldable(scalar) ? scalar : "\u{FFFD}") }
        return String(mended)
    }

    private static func isHoldable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xFFFD, 0x10000...: true
        default: false
        }
    }
}
