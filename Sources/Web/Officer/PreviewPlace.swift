import Privacy

/// What carrying out a request will do with a place.
enum Fate: String, Sendable, CaseIterable {
    case delete, anonymise, redact, keep, seal, copy, leave

    init(_ fate: RequestPreview.Fate) {
        switch fate {
        case .delete: self = .delete
        case .anonymise: self = .anonymise
        case .redact: self = .redact
        case .keep: self = .keep
        case .seal: self = .seal
        case .copy: self = .copy
        case .leave: self = .leave
        }
    }

    var tone: String {
        switch self {
        case .delete: "overdue"
        case .anonymise, .seal: "restricted"
        case .redact: "soon"
        case .keep, .copy: "may"
        case .leave: "quiet"
        }
    }

    private var icon: String {
        switch self {
        case .seal: "restricted"
        case .copy: "download"
        case .leave: "open"
        case .delete, .anonymise, .redact, .keep: rawValue
        }
    }

    func state(_ words: Words) -> StateWord {
        StateWord(tone: tone, icon: icon, word: words("preview.\(rawValue)"))
    }
}

/// A piece of text with some of what stands around it, so that one sees what it is about.
struct Excerpt: Sendable {
    let before: String
    let marked: String
    let after: String

    /// Code points on each side.
    private static let around = 32

    /// A whole value.
    init(whole text: String) {
        before = ""
        after = ""
        marked = text
    }

    /// A fragment by Unicode code points; the fragment alone where the value is not what it was.
    init(of text: String, from value: String?, start: Int, end: Int) {
        let scalars = Array((value ?? "").unicodeScalars)
        marked = text
        guard start >= 0, start <= end, end <= scalars.count, Self.text(scalars[start..<end]) == text else {
            before = ""
            after = ""
            return
        }
        let first = max(0, start - Self.around)
        let last = min(scalars.count, end + Self.around)
        before = (first > 0 ? "…" : "") + Self.text(scalars[first..<start])
        after = Self.text(scalars[end..<last]) + (last < scalars.count ? "…" : "")
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
