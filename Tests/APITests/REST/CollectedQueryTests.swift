import AzukariTesting
import Foundation
import HTTPTypes
import Testing

struct CollectedQueryTests {
    private static let queries = CollectedQuery.all()?.filter(\.isOfAPI)

    /// The object that a query is of: the name behind the first `FROM` outside parentheses.
    private func object(of query: String) -> String? {
        var depth = 0
        var flat = ""
        for character in query {
            if character == "(" { depth += 1 }
            if depth == 0 { flat.append(character) }
            if character == ")" { depth -= 1 }
        }
        return flat.firstMatch(of: /(?i)\bFROM\s+(\w+)/).map { String($0.1) }
    }

    /// A query in the language is never called malformed for what it asks of.
    @Test(.enabled(if: queries != nil, "\(CollectedQuery.absent)"))
    func `a query of objects that are not there says so, and not that it is malformed`() async throws {
        let queries = try #require(Self.queries)
        try await TestServer.run { server in
            let described = try await server.call(.get, "sobjects").json["sobjects"] as? [[String: Any]]
            let known = Set(try #require(described).compactMap { ($0["name"] as? String)?.lowercased() })
            var unknown = 0
            for query in queries {
                let escaped = try #require(query.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                let answer = try await server.call(.get, "query?q=\(escaped)")
                #expect(answer.status == 200 || answer.status == 400, "line \(query.line)\n\(answer.body)")
                let name = try #require(object(of: query.text), "line \(query.line)")
                guard !known.contains(name.lowercased()) else { continue }
                unknown += 1
                #expect(
                    ["INVALID_TYPE", "INVALID_FIELD"].contains(answer.errorCode),
                    "line \(query.line): \(query.text)\n\(answer.body)")
            }
            #expect(unknown > 80 && queries.count - unknown > 200)
        }
    }
}
