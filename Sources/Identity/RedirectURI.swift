import Foundation

/// Where an authorisation leads back to (RFC 6749, section 3.1.2; RFC 8252, section 7).
enum RedirectURI {
    private static let bytesMax = 2000

    /// Whether an application may be registered with it.
    static func isRegistrable(_ text: String) -> Bool {
        guard text.utf8.count <= bytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3B }),
            !text.contains("#"), let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            parts.user == nil, parts.password == nil
        else { return false }
        switch scheme {
        case "https": return !(parts.host ?? "").isEmpty
        case "http": return isLoopback(parts)
        // A scheme of the application's own has a dot, as its domain has: none of the browser's own is among those.
        default: return scheme.contains(".")
        }
    }

    /// Whether the address that is asked for is one of those registered, letter by letter. On the user's own machine any port is as
    /// good as another (RFC 8252, section 7.3).
    static func isRegistered(_ text: String, among registered: [String]) -> Bool {
        if registered.contains(text) { return true }
        guard text.utf8.count <= bytesMax, !text.contains("#"), let asked = URLComponents(string: text),
            asked.scheme == "http", isLoopback(asked), asked.user == nil, asked.password == nil
        else { return false }
        return registered.contains { uri in
            guard var known = URLComponents(string: uri), known.scheme == "http", isLoopback(known) else {
                return false
            }
            known.port = asked.port
            return known.string == text
        }
    }

    /// The scheme and host, as a content security policy names them; nil when it is no address.
    static func origin(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme else { return nil }
        guard ["http", "https"].contains(scheme.lowercased()), let host = parts.host else { return "\(scheme):" }
        return "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
    }

    private static func isLoopback(_ parts: URLComponents) -> Bool {
        ["localhost", "127.0.0.1", "[::1]", "::1"].contains(parts.host ?? "")
    }
}
