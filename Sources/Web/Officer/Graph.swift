import Foundation

/// A person in the middle and groups of records around, as places and radii of a drawing.
struct Graph: Sendable {
    let width: String
    let height: String
    let label: String
    let centreX: String
    let centreY: String
    let centreRadius: String
    let centreLines: [Line]
    let nodes: [Node]

    struct Line: Sendable {
        let kind: String
        let y: String
        let text: String
    }

    /// A group of records: a circle that grows with the number, with what will happen to most of them.
    struct Node: Sendable {
        let href: String
        let spoken: String
        let tone: String
        let x: String
        let y: String
        let radius: String
        let count: String
        let countY: String
        let label: String
        let labelY: String
        let fate: String
        let fateY: String
        let spokeWidth: String
    }

    /// What is drawn of a group.
    struct Group: Sendable {
        let object: String
        let label: String
        let count: Int
        let tone: String
        let fate: String
    }

    /// Lays the groups on an ellipse, the first on top, clockwise. The area of a circle grows with the logarithm of
    /// the number, so that one and a thousand are seen side by side.
    static func drawn(centre name: String, below: String, groups: [Group], words: Words) -> Graph {
        let size = (width: 560.0, height: 470.0)
        let middle = (x: size.width / 2, y: size.height / 2 - 8)
        let nodes = groups.enumerated().map { place, group -> Node in
            let angle = -Double.pi / 2 + 2 * Double.pi * Double(place) / Double(max(1, groups.count))
            let radius = 20 + min(26, 6 * log2(Double(group.count) + 1))
            let x = middle.x + 212 * cos(angle)
            let y = middle.y + 172 * sin(angle)
            let count = Words.grouped(group.count)
            return Node(
                href: "#group-\(group.object)",
                spoken: words("preview.node_spoken", ["label": group.label, "n": count, "fate": group.fate]),
                tone: group.tone, x: text(x), y: text(y), radius: text(radius), count: count, countY: text(y + 6),
                label: group.label, labelY: text(y + radius + 14), fate: group.fate, fateY: text(y + radius + 28),
                spokeWidth: text(1 + log10(Double(group.count) + 1))
            )
        }
        return Graph(
            width: text(size.width), height: text(size.height),
            label: words("preview.graph_label", ["name": name, "n": Words.grouped(groups.count)]),
            centreX: text(middle.x), centreY: text(middle.y), centreRadius: "54",
            centreLines: lines(of: name, below: below, middle: middle.y), nodes: nodes
        )
    }

    /// A long name stands on two lines, and what is longer still is cut: the whole stands in the list beside.
    private static func lines(of name: String, below: String, middle: Double) -> [Line] {
        let isWide = name.unicodeScalars.contains { $0.value >= 0x2E80 }
        let longest = isWide ? 6 : 12
        let isLong = name.count > longest
        let words = isLong ? name.split(separator: " ", maxSplits: 1).map(String.init) : [name]
        let lines = words.map { $0.count > longest ? String($0.prefix(longest - 1)) + "…" : $0 }
        let first = middle + (below.isEmpty ? 5 : 1) - Double(lines.count - 1) * 8
        return lines.enumerated().map { place, line in
            Line(kind: "name", y: text(first + Double(place) * 16), text: line)
        } + [Line(kind: "sub", y: text(first + Double(lines.count) * 16), text: String(below.prefix(16)))]
    }

    /// One decimal is finer than a screen.
    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
