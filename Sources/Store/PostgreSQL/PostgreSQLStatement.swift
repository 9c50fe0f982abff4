import CPostgreSQL

/// A statement as the server takes it, and the forms in which it was prepared there: one for each combination of types
/// that its values had.
final class PostgreSQLStatement {
    let text: String
    /// How many `?` it had.
    let parameters: Int
    /// Whether the server keeps a plan of it; other statements than these are run once.
    let isPlanned: Bool
    private var forms: [(name: String, types: [Oid])] = []
    /// Which of the connection's sets of prepared statements the forms belong to.
    private var generation = 0

    /// - Parameter text: With `?` for each parameter, outside of texts in single quotes.
    init(_ text: String) {
        var numbered = ""
        var (count, isQuoted) = (0, false)
        for character in text.unicodeScalars {
            if character == "'" { isQuoted.toggle() }
            if character == "?" && !isQuoted {
                count += 1
                numbered += "$\(count)"
            } else {
                numbered.unicodeScalars.append(character)
            }
        }
        self.text = numbered
        parameters = count
        let verb = numbered.prefix { $0.isLetter }.uppercased()
        isPlanned = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES"].contains(verb)
    }

    /// The form for these types; made by `prepare` when there is none. NULL goes with any type.
    func form(
        for parameters: PostgreSQLParameters, generation: Int, prepare: ([Oid]) throws -> String
    ) throws -> String {
        if generation != self.generation {
            forms = []
            self.generation = generation
        }
        let types = parameters.types
        var likeLast = types
        for form in forms {
            if types.indices.allSatisfy({ parameters.isNull($0) || types[$0] == form.types[$0] }) { return form.name }
            // What is NULL now was something before, and will be again.
            for place in types.indices where parameters.isNull(place) { likeLast[place] = form.types[place] }
        }
        let name = try prepare(likeLast)
        forms.append((name, likeLast))
        return name
    }
}
