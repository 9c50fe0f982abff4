import Foundation
import Loading
import Records

/// Where the columns of a foreign file go: lines of `Header = Field`, and words behind the field.
///
/// ```
/// object: Case
/// Date received = CreatedDate date=M/D/Y
/// Company = Account.Name new
/// Timely response? = Timely_Response__c type=boolean yes=Yes
/// Remarks =
/// ```
/// `date=` is the order of a date's parts; `yes=` the text that means true; `new` makes a parent that is not there;
/// `type=` is the type of a field that is added; nothing after the `=` leaves the column out. `#` begins a comment.
struct Mapping {
    /// What happens to one column.
    struct Rule {
        /// A field or a path to a parent; empty leaves the column out.
        var target: String
        var type: FieldType?
        var dateOrder: DateOrder?
        var yes: String?
        var makesParents = false
    }

    /// The object of the rows, where the file says so.
    private(set) var object: String?
    private var rules: [String: Rule] = [:]

    static let none = Mapping()

    private init() {}

    /// Joins what was given at the command line: names of built-in mappings, files, and single `Header=Field`.
    init(builtIn: String?, given: [String]) throws {
        if let builtIn { try read(Self.builtIn(builtIn), from: builtIn) }
        for text in given {
            let path = Terminal.path(text)
            if FileManager.default.fileExists(atPath: path) {
                let file = try String(contentsOfFile: path, encoding: .utf8)
                if text.lowercased().hasSuffix(".sdl") { readProperties(file) } else { try read(file, from: text) }
            } else if text.contains("=") {
                try read(text, from: "--map")
            } else {
                throw LoadError("--map \(text): this is neither a file nor of the form 'Header=Field'.")
            }
        }
    }

    /// The rule for a column, in any letter case; nil when there is none.
    func rule(for column: String) -> Rule? { rules[column.lowercased()] }

    /// Leaves a column out, whatever its rule was.
    mutating func leaveOut(_ column: String) { rules[column.lowercased()] = Rule(target: "") }

    /// The mappings that come with the program.
    static var builtInNames: [String] {
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).map { $0.deletingPathExtension().lastPathComponent }.sorted()
    }

    private static var folder: URL { Bundle.module.bundleURL.appending(path: "Resources/mappings") }

    private static func builtIn(_ name: String) throws -> String {
        guard let text = try? String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8) else {
            throw LoadError("--mapping \(name): there are \(builtInNames.joined(separator: ", ")).")
        }
        return text
    }

    private mutating func read(_ text: String, from place: String) throws {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("object:") {
                object = line.dropFirst(7).trimmingCharacters(in: .whitespaces)
                continue
            }
            // A header may hold an equals sign of its own; one with spaces around it wins.
            guard let mark = line.range(of: " = ") ?? line.range(of: "=") else {
                throw LoadError("\(place), line \(number + 1): a line is `Header = Field`.")
            }
            let header = line[..<mark.lowerBound].trimmingCharacters(in: .whitespaces)
            rules[header.lowercased()] = try Self.rule(String(line[mark.upperBound...]), "\(place), line \(number + 1)")
        }
    }

    /// A mapping of the platform's data loader: a Java properties file, `First\ Name=FirstName`, whose paths to parents have a colon.
    private mutating func readProperties(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            var line = line.drop(while: \.isWhitespace)
            guard let first = line.first, first != "#", first != "!" else { continue }
            let header = Self.unescaped(&line, until: ["=", ":"])
            let target = Self.unescaped(&line, until: []).trimmingCharacters(in: .whitespaces)
            // `Account:Ext__c` is a path; `Owner:User.Username` is one already, which names the object that it leads to.
            rules[header.trimmingCharacters(in: .whitespaces).lowercased()] = Rule(
                target: target.contains(".") ? target : target.replacing(":", with: "."))
        }
    }

    /// Takes a text up to one of the ends, its backslashes resolved.
    private static func unescaped(_ line: inout Substring, until ends: Set<Character>) -> String {
        var text = ""
        while let letter = line.popFirst(), !ends.contains(letter) {
            guard letter == "\\", let next = line.popFirst() else {
                text.append(letter)
                continue
            }
            if next == "u", let code = UInt32(line.prefix(4), radix: 16), let scalar = Unicode.Scalar(code) {
                text.unicodeScalars.append(scalar)
                line = line.dropFirst(4)
            } else {
                text.append(next == "t" ? "\t" : next)
            }
        }
        return text
    }

    private static func rule(_ text: String, _ place: String) throws -> Rule {
        let words = text.split(separator: " ").map(String.init)
        var rule = Rule(target: words.first ?? "")
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts[0], parts.count > 1 ? parts[1] : nil) {
            case ("new", nil): rule.makesParents = true
            case ("yes", let yes?): rule.yes = yes
            case ("date", let order?):
                guard let order = DateOrder(rawValue: order) else {
                    throw LoadError("\(place): date= is M/D/Y, D/M/Y, Y/M/D or D.M.Y.")
                }
                rule.dateOrder = order
            case ("type", let name?):
                guard let type = FieldType(rawValue: name) else {
                    throw LoadError("\(place): there is no field type \(name).")
                }
                rule.type = type
            default: throw LoadError("\(place): \(word) is not understood; there are new, date=, yes= and type=.")
            }
        }
        return rule
    }
}
