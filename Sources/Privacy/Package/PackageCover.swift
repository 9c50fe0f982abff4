import Engine
import Formats
import Records

/// The page that tells a person what the package holds.
struct PackageCover: Sendable {
    let words: CoverWords
    let organisation: String
    let name: String
    let made: Instant
    let request: DataSubjectRequest?
    let holdings: [Holding]
    let consents: [ConsentEvent]
    let accesses: [PersonAccess]
    /// By object: its label, and how many records of others mention the person.
    let mentions: [(label: String, count: Int)]
    let files: [PersonPackage.File]

    /// `cover.html`: stands alone, without scripts, styles from elsewhere or links out of the package.
    var file: PersonPackage.File {
        let body = [
            "<header><h1>\(words("title").escaped)</h1><p class=\"name\">\(name.escaped)</p>",
            "<p>\(words("lead", ["organisation": organisation, "made": made.shown]).escaped)</p>",
            request.map { "<p>\(words("request", ["number": $0.name]).escaped)</p>" } ?? "", "</header>",
            held, given, received, mentioned, contents,
            "<section><h2>\(words("rights").escaped)</h2><p>\(words("rightsText").escaped)</p></section>",
        ].joined(separator: "\n")
        let page = """
            <!DOCTYPE html>
            <html lang="\(words.language)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(words("title").escaped)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
        return PersonPackage.File(name: "cover.html", bytes: Array(page.utf8), records: nil)
    }

    private var held: String {
        section(
            "held", ["what", "count", "why", "basis", "until"],
            holdings.map { holding in
                let basis = [holding.basis?.label(words.language), holding.article].compactMap { $0 }.joined(
                    separator: " · ")
                return [
                    words.language == "ja" ? holding.labelJa : holding.label, String(holding.count),
                    holding.purpose[words.language] ?? words("unknown"), basis.isEmpty ? words("unknown") : basis,
                    holding.until?.description ?? words("open"),
                ]
            }
        )
    }

    private var given: String {
        section(
            "consents", ["channel", "decision", "since", "how", "version"],
            consents.map { event in
                [
                    words(event.channel.rawValue), words(event.status.rawValue), event.captured.shown,
                    [event.method, event.source].compactMap { $0 }.joined(separator: " · "), event.textVersion ?? "",
                ]
            }
        )
    }

    /// Applications and purposes, not the names of those who work here: these are not recipients, and their identity is
    /// disclosed only where it is needed for the person's rights (C-579/21).
    private var received: String {
        section(
            "received", ["when", "kind", "application", "purpose"],
            accesses.map { access in
                [access.at.shown, words("\(access.kind)"), access.application, access.purpose]
            }
        )
    }

    private var mentioned: String {
        guard !mentions.isEmpty else { return "" }
        return section(
            "mentions", ["what", "count"], mentions.map { [$0.label, String($0.count)] }, note: words("mentionsNote")
        )
    }

    private var contents: String {
        section(
            "files", ["what", "count", "bytes"],
            files.map { [$0.name, $0.records.map(String.init) ?? "", String($0.bytes.count)] }
        )
    }

    private func section(_ title: String, _ columns: [String], _ rows: [[String]], note: String? = nil) -> String {
        let head = columns.map { "<th scope=\"col\">\(words($0).escaped)</th>" }.joined()
        let lines = rows.map { row in "<tr>\(row.map { "<td>\($0.escaped)</td>" }.joined())</tr>" }
        let table =
            rows.isEmpty
            ? "<p>\(words("none").escaped)</p>"
            : "<table><thead><tr>\(head)</tr></thead><tbody>\n\(lines.joined(separator: "\n"))\n</tbody></table>"
        let told = note.map { "<p>\($0.escaped)</p>" } ?? ""
        return "<section><h2>\(words(title).escaped)</h2>\(told)\(table)</section>"
    }

    private static let style = """
        body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
        color:#1c1c1a;background:#fff}\
        h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2rem}.name{font-size:1.2rem}\
        table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;\
        border-bottom:1px solid #d8d6d0}th{font-weight:600}@media print{body{margin:0}}
        """
}

extension String {
    /// Safe between tags and in quoted attributes of HTML.
    var escaped: String {
        var escaped = ""
        escaped.reserveCapacity(utf8.count)
        for character in unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

extension Instant {
    /// To the minute, in UTC: the same for whoever reads it, wherever.
    var shown: String { "\(day) \(timeOfDay.description.prefix(5)) UTC" }
}
