import Formats
import HTTP
import Records

/// Members of a body, and parameters, that may be left out but not be of another kind.
extension JSONValue {
    /// A truth value; false when it is not there. As the platform does, `"true"` is taken for true.
    func flag(_ name: String) throws -> Bool {
        switch self[name] {
        case nil, .null: return false
        case .boolean(let truth): return truth
        case .string(let text): if let truth = Bool(text) { return truth }
        default: break
        }
        throw Self.wrong(name, "true or false")
    }

    /// A text; nil when it is not there.
    func text(_ name: String) throws -> String? {
        guard let value = self[name], value != .null else { return nil }
        guard let text = value.string else { throw Self.wrong(name, "a text") }
        return text
    }

    /// A whole number above 0; nil when it is not there.
    func number(_ name: String) throws -> Int? {
        guard let value = self[name], value != .null else { return nil }
        guard let number = value.integer, number > 0 else { throw Self.wrong(name, "a whole number above 0") }
        return Int(number)
    }

    /// An array of texts; empty when it is not there.
    func texts(_ name: String) throws -> [String] {
        guard let value = self[name], value != .null else { return [] }
        return try value.array(name).map {
            guard let text = $0.string else { throw Self.wrong(name, "an array of texts") }
            return text
        }
    }

    /// An array; empty when it is not there.
    func array(of name: String) throws -> [JSONValue] {
        guard let value = self[name], value != .null else { return [] }
        return try value.array(name)
    }

    private func array(_ name: String) throws -> [JSONValue] {
        guard let elements else { throw Self.wrong(name, "an array") }
        return elements
    }

    private static func wrong(_ name: String, _ wanted: String) -> PlatformError {
        PlatformError(.jsonParserError, "'\(name)' must be \(wanted) at [line:1, column:1]", fields: [name])
    }
}

extension FormFields {
    /// `true` or `false`, in any case; false when it is not there.
    func flag(_ name: String) throws -> Bool {
        guard let text = self[name] else { return false }
        guard let truth = Bool(text.lowercased()) else {
            throw PlatformError(.invalidOperation, "The parameter \(name) must be true or false.", fields: [name])
        }
        return truth
    }
}
