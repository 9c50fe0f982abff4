import Engine
import Formats
import HTTP
import Hummingbird

/// `/services/data` and `/services/data/vV`: which versions there are, and what one of them serves.
struct Versions {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.resource("services/data", get: { request, context in Self.list() })
        router.resource("services/data/:version", get: shared.rest(resources))
    }

    /// Oldest first: clients take the last one. Needs no token.
    private static func list() -> Response {
        var json = JSONWriter()
        json.array { json in
            for version in RESTCall.versions {
                json.object { json in
                    json.member("label", label(of: version))
                    json.member("url", "/services/data/v\(version).0")
                    json.member("version", "\(version).0")
                }
            }
        }
        return .json(json.bytes)
    }

    /// Three releases a year: 31 was Summer '14.
    private static func label(of version: Int) -> String {
        let season = ["Summer", "Winter", "Spring"][(version - 31) % 3]
        let year = 14 + (version - 31 + 2) / 3
        return "\(season) '\(year)"
    }

    @Sendable private func resources(_ call: RESTCall) -> Response {
        let identityURL = shared.identityURL(of: call.session.user, origin: call.origin)
        return call.answer { json in
            json.object { json in
                for name in [
                    "compactLayouts", "composite", "consent", "jobs", "limits", "parameterizedSearch", "query",
                    "queryAll", "recent",
                    "search", "sobjects",
                    "tooling",
                ] {
                    json.member(name, "\(call.base)/\(name)")
                }
                json.member("identity", identityURL)
            }
        }
    }
}
