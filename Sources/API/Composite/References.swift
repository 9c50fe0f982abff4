import Formats
import HTTP
import Records

/// `@{ref.id}`, `@{ref.records[0].Id}`: what later calls of a composite call take from the answers of earlier ones.
struct References: Sendable {
    private var answers: [String: JSONValue] = [:]

    /// Makes an answer known. One that failed has nothing to take.
    mutating func add(_ answer: Subanswer) {
        guard !answer.isFailure, let value = try? JSONValue(answer.body, bytesMax: max(answer.body.count, 1)) else {
            return
        }
        answers[answer.reference] = value
    }

    /// A url with its references filled in, percent-encoded. Some clients encode the braces too.
    func fill(url: String) throws -> String {
        var text = url
        for (mark, plain) in [("%40%7B", "@{"), ("@%7B", "@{")] {
            text = text.replacing(mark, with: plain).replacing(mark.lowercased(), with: plain)
        }
        if text != url { text = text.replacing("%7D", with: "}").replacing("%7d", with: "}") }
        return try fill(text) { PercentEncoding.encode($0) }
    }

    /// A body with its references filled in, wherever a text holds one.
    func fill(_ body: JSONValue) throws -> JSONValue {
        switch body {
        case .string(let text): .string(try bareReference(text) ?? fill(text) { $0 })
        case .array(let elements): .array(try elements.map(fill))
        case .object(let members): .object(try members.map { JSONMember($0.name, try fill($0.value)) })
        case .null, .boolean, .integer, .double: body
        }
    }

    /// The id of an earlier answer that a text names as a whole, without the marks: a client writes `account.reference.id` so.
    private func bareReference(_ text: String) throws -> String? {
        guard text.hasSuffix(".id"), answers[String(text.dropLast(3))] != nil else { return nil }
        return try value(of: Substring(text))
    }

    private func fill(_ text: String, _ encode: (String) -> String) throws -> String {
        guard text.contains("@{") else { return text }
        var out = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "@{") {
            out += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { throw Self.missing(rest, in: rest) }
            out += encode(try value(of: rest[..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return out + rest
    }

    /// What a path such as `ref.records[0].Id` leads to.
    private func value(of path: Substring) throws -> String {
        var steps = path.split(separator: ".", omittingEmptySubsequences: false).flatMap(Self.steps)[...]
        guard case .name(let reference)? = steps.popFirst(), var value = answers[reference] else {
            throw Self.missing(path, in: path.prefix { $0 != "." })
        }
        for step in steps {
            let next: JSONValue? =
                switch step {
                case .name(let name):
                    value[name] ?? value.members?.first { $0.name.lowercased() == name.lowercased() }?.value
                case .place(let place): value.elements.flatMap { $0.indices.contains(place) ? $0[place] : nil }
                }
            guard let next else { throw Self.missing(path, in: reference[...]) }
            value = next
        }
        switch value {
        case .string(let text): return text
        case .integer(let number): return "\(number)"
        case .double(let number): return "\(number)"
        case .boolean(let truth): return "\(truth)"
        case .null, .array, .object: throw Self.missing(path, in: reference[...])
        }
    }

    private enum Step {
        case name(String), place(Int)
    }

    /// `records[0]` is a name and a place.
    private static func steps(_ part: Substring) -> [Step] {
        let pieces = part.split(separator: "[")
        guard let name = pieces.first else { return [.name("")] }
        return [.name(String(name))]
            + pieces.dropFirst().map { piece in
                piece.hasSuffix("]") ? Int(piece.dropLast()).map { .place($0) } ?? .name("") : .name("")
            }
    }

    private static func missing(_ path: Substring, in reference: Substring) -> PlatformError {
        PlatformError(
            .processingHalted,
            "Invalid reference specified. No value for \(path.prefix(80)) found in \(reference.prefix(80)).")
    }
}
