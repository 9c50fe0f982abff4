import CLibXML2

/// An XML document as a tree of elements, for small documents such as a SOAP envelope.
///
/// Documents with a DTD are refused, and nothing is fetched: entities cannot grow or read files.
public struct XMLTree: Sendable {
    /// The local name, without its prefix.
    public let name: String
    /// The namespace's address; empty where there is none.
    public let namespace: String
    public let children: [XMLTree]
    /// The text directly in the element, with blanks at both ends cut off.
    public let text: String
    /// Values by the local name of their attribute.
    public let attributes: [String: String]

    /// Whether the element says that there is no value (`xsi:nil`).
    public var isNil: Bool { attributes["nil"] == "true" || attributes["nil"] == "1" }

    /// Deeper documents are refused: the tree is built by recursion.
    public static let depthMax = 64

    /// Reads a whole document.
    /// - Throws: ``FormatError`` when it is not well formed, has a DTD, or lies deeper than ``depthMax``.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        let options = Int32(
            XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
                | XML_PARSE_NOCDATA.rawValue
        )
        guard bytes.count <= Int(Int32.max) else {
            throw FormatError(.tooLarge, "the XML document has \(bytes.count) bytes")
        }
        let read = bytes.withUnsafeBytes { raw in
            xmlReadMemory(raw.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count), nil, nil, options)
        }
        guard let document = read else { throw FormatError(.malformed, "the XML document is not well formed") }
        defer { xmlFreeDoc(document) }
        guard document.pointee.intSubset == nil, document.pointee.extSubset == nil else {
            throw FormatError(.malformed, "an XML document with a DTD is not taken")
        }
        guard let root = xmlDocGetRootElement(document) else {
            throw FormatError(.malformed, "the XML document has no element")
        }
        try self.init(root, depth: 0)
    }

    /// The first child of that local name.
    public subscript(_ name: String) -> XMLTree? { children.first { $0.name == name } }

    private init(_ node: UnsafeMutablePointer<xmlNode>, depth: Int) throws(FormatError) {
        guard depth < Self.depthMax else {
            throw FormatError(.tooLarge, "the elements of the XML document lie deeper than \(Self.depthMax)")
        }
        var children: [XMLTree] = []
        var text = ""
        var next = node.pointee.children
        while let child = next {
            switch child.pointee.type {
            case XML_ELEMENT_NODE: children.append(try XMLTree(child, depth: depth + 1))
            case XML_TEXT_NODE, XML_CDATA_SECTION_NODE: text += Self.string(child.pointee.content)
            default: break
            }
            next = child.pointee.next
        }
        name = Self.string(node.pointee.name)
        namespace = node.pointee.ns.map { Self.string($0.pointee.href) } ?? ""
        self.children = children
        attributes = Self.attributes(of: node)
        self.text = Self.trimmed(text)
    }

    private static func attributes(of node: UnsafeMutablePointer<xmlNode>) -> [String: String] {
        var found: [String: String] = [:]
        var next = node.pointee.properties
        while let attribute = next {
            var value = ""
            var part = attribute.pointee.children
            while let piece = part {
                value += string(piece.pointee.content)
                part = piece.pointee.next
            }
            found[string(attribute.pointee.name)] = value
            next = attribute.pointee.next
        }
        return found
    }

    private static func string(_ bytes: UnsafePointer<xmlChar>?) -> String {
        bytes.map { String(cString: $0) } ?? ""
    }

    private static func trimmed(_ text: String) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[first...last])
    }
}
