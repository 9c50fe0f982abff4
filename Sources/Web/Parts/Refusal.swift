import Engine
import Records

/// Why the door refused something, in the reader's language: the sentence of the code, with the fields named as the page
/// names them. The door's own messages are the wire's, and in English.
enum Refusal {
    /// - Parameter object: The object whose fields the error names; nil where it is not known.
    static func text(_ error: PlatformError, object: ObjectSchema?, words: Words) -> String {
        text(code: error.code.name, fields: error.fields, object: object, words: words)
    }

    /// - Parameter code: Such as `REQUIRED_FIELD_MISSING`.
    static func text(code: String, fields names: [String], object: ObjectSchema?, words: Words) -> String {
        let fields = names.compactMap { object?.field($0) }
        if !fields.isEmpty, fields.count == names.count, let sentence = words.known("refusal_field.\(code)") {
            let labels = fields.map { $0.label(words.language) }.joined(separator: words.language.comma)
            return Words.fill(
                sentence, ["fields": labels, "length": Words.grouped(fields.map(\.length).max() ?? 0)]
            )
        }
        return words.known("refusal.\(code)") ?? words("refusal.unknown", ["code": code])
    }
}

extension Visit {
    /// Why the door refused to write records of an object.
    func refusal(_ error: PlatformError, of object: String) -> String {
        Refusal.text(error, object: schema.object(object), words: words)
    }
}
