import Engine
import Formats
import Records
import SOQL

/// Records of a search `WITH SNIPPET` or `WITH HIGHLIGHT`: behind their fields what was found, in `<mark>`.
struct SnippetRecords: RecordEncoder {
    private let records: JSONRecords
    private let snippets: [Int64: [SearchSnippet]]
    private let wish: Wish

    /// What the search asks for.
    struct Wish {
        /// About how many characters `snippet.text` has; nil: only fields are highlighted.
        let length: Int?

        /// Nil for a search that asks for neither.
        init?(_ search: SOQL.Search) {
            var (isAny, length) = (false, Int?.none)
            for with in search.with {
                switch with {
                case .highlight: isAny = true
                case .snippet(let wanted):
                    isAny = true
                    // Kept within what the platform gives.
                    length = min(max(wanted?.count ?? 300, 50), 1_000)
                default: continue
                }
            }
            guard isAny else { return nil }
            self.length = length
        }
    }

    init(_ records: JSONRecords, hits: [SearchHit], _ wish: Wish) {
        self.records = records
        self.wish = wish
        snippets = Dictionary(hits.map { ($0.id.rawValue, $0.snippets.filter { !$0.marks.isEmpty }) }) { first, _ in
            first
        }
    }

    func encode(_ cells: any Cells, _ shape: RecordShape, _ children: [[[UInt8]]]) -> [UInt8] {
        var bytes = records.encode(cells, shape, children)
        guard let found = shape.id.flatMap({ snippets[cells.int64($0)] }), let first = found.first else { return bytes }
        var json = JSONWriter()
        json.object { json in
            if let length = wish.length { json.member("snippet.text", Self.html(first.excerpt(length: length))) }
            for snippet in found where snippet.text.utf8.count <= Self.highlightedMax {
                json.member("highlight.\(snippet.field)", Self.html(snippet.whole))
            }
        }
        guard json.bytes.count > 2 else { return bytes }
        bytes[bytes.count - 1] = UInt8(ascii: ",")
        return bytes + json.bytes.dropFirst()
    }

    private static let highlightedMax = 1_000

    /// The texts are shown as they are: what looks like HTML in them is none.
    private static func html(_ parts: [SearchSnippet.Part]) -> String {
        parts.map { part in
            let text = part.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            return part.isMarked ? "<mark>\(text)</mark>" : text
        }.joined()
    }
}
