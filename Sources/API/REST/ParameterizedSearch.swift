import Formats
import HTTP
import Hummingbird
import Records

/// `parameterizedSearch`: a search whose parts are named one by one instead of written as SOSL.
struct ParameterizedSearch {
    private let text: String
    private var group: String?
    private var objects: [Target] = []
    private var fields: [String]
    private var overallLimit: Int?
    private var defaultLimit: Int?

    private struct Target {
        let name: String
        var fields: [String] = []
        var condition: String?
        var order: String?
        var limit: Int?
    }

    /// `q`, `in`, `fields`, `sobject` (several), `Contact.fields`, `Contact.where`, `Contact.limit`, `overallLimit`, `defaultLimit`.
    init(query: FormFields) throws {
        guard let text = query["q"] else { throw Self.noText }
        self.text = text
        group = query["in"]
        fields = Self.list(query["fields"])
        overallLimit = try Self.number(query["overallLimit"], "overallLimit")
        defaultLimit = try Self.number(query["defaultLimit"], "defaultLimit")
        for name in query.all("sobject") + query.all("sobjects").flatMap(Self.list) {
            objects.append(
                Target(
                    name: name, fields: Self.list(query["\(name).fields"]), condition: query["\(name).where"],
                    order: query["\(name).orderBy"], limit: try Self.number(query["\(name).limit"], "\(name).limit")))
        }
    }

    /// The same members in a body.
    init(body: JSONValue) throws {
        guard let text = try body.text("q") else { throw Self.noText }
        self.text = text
        group = try body.text("in")
        fields = try body.texts("fields")
        overallLimit = try body.number("overallLimit")
        defaultLimit = try body.number("defaultLimit")
        for object in try body.array(of: "sobjects") {
            guard let name = object["name"]?.string else {
                throw PlatformError(.missingArgument, "Each of sobjects needs a name.")
            }
            objects.append(
                Target(
                    name: name, fields: try object.texts("fields"), condition: try object.text("where"),
                    order: try object.text("orderBy"), limit: try object.number("limit")))
        }
    }

    /// As SOSL. What the caller wrote for a condition or an order is parsed there with the rest.
    var sosl: String {
        var sosl = "FIND {\(Self.escaped(text))}"
        if let group { sosl += " IN \(group.uppercased()) FIELDS" }
        let returning = objects.map { object -> String in
            let names = object.fields.isEmpty ? fields : object.fields
            var inner = names.isEmpty ? "Id" : names.joined(separator: ", ")
            if let condition = object.condition { inner += " WHERE \(condition)" }
            if let order = object.order { inner += " ORDER BY \(order)" }
            if let limit = object.limit ?? defaultLimit { inner += " LIMIT \(limit)" }
            return "\(object.name)(\(inner))"
        }
        if !returning.isEmpty { sosl += " RETURNING \(returning.joined(separator: ", "))" }
        if let overallLimit { sosl += " LIMIT \(overallLimit)" }
        return sosl
    }

    /// The text is words, whatever is in it.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            if #"?&|!{}[]()^~*:\"'+-"#.contains(character) { out.append("\\") }
            out.append(character)
        }
        return out
    }

    private static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { $0.trimmingSpaces() }
    }

    private static func number(_ text: String?, _ name: String) throws -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), number > 0 else {
            throw PlatformError(.invalidSearch, "\(name) must be a whole number above 0.")
        }
        return number
    }

    private static let noText = PlatformError(.missingArgument, "The parameter q with what is searched is missing.")
}
