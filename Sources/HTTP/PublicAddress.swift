public import Hummingbird

/// How the caller reaches this server: links, `instance_url` and `serverUrl` are written with it.
///
/// It comes from the request's own `Host`, so that a server answers under every name that leads to it. The scheme is
/// `https` where TLS ends here, where a trusted peer says so, and for hosts under `.salesforce.com`: clients with those
/// names built in always speak TLS, to a proxy if not to us.
public struct PublicAddress: Sendable {
    /// Whether this process ends TLS itself.
    public let isTLS: Bool
    /// Whose `X-Forwarded-Proto` counts.
    public let trustedPeers: Set<String>

    /// - Parameter trustedPeers: addresses of proxies in front of this server.
    public init(isTLS: Bool, trustedPeers: Set<String>) {
        self.isTLS = isTLS
        self.trustedPeers = trustedPeers
    }

    /// `https://acceptance.my.salesforce.com`, without a slash at the end.
    public func origin(of request: Request, context: EdgeContext) -> String {
        let host = Self.host(of: request)
        return "\(isSecure(request, host: host, context: context) ? "https" : "http")://\(host)"
    }

    /// Whether the caller's side of the connection is encrypted.
    public func isSecure(_ request: Request, context: EdgeContext) -> Bool {
        isSecure(request, host: Self.host(of: request), context: context)
    }

    private func isSecure(_ request: Request, host: String, context: EdgeContext) -> Bool {
        if isTLS { return true }
        if !trustedPeers.isEmpty, trustedPeers.contains(context.address), let proto = request.headers[.xForwardedProto]
        {
            return proto.split(separator: ",").last.map { $0.trimmingSpaces() } == "https"
        }
        let name = host.utf8.prefix { $0 != UInt8(ascii: ":") }
        // The letters' second case bit is set in the name compared with, and in its dots, as in digits and dashes.
        return name.suffix(Self.platform.count).elementsEqual(Self.platform) { $0 | 0x20 == $1 }
    }

    private static let platform = Array(".salesforce.com".utf8)

    /// The host and port that the caller named, letters, digits, `.`, `-`, `:` and brackets only: it is written into answers.
    private static func host(of request: Request) -> String {
        let host = request.head.authority ?? "localhost"
        let isPlain =
            !host.isEmpty && host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
                    UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
        return isPlain ? host : "localhost"
    }
}

extension StringProtocol {
    /// Without blanks at both ends.
    public func trimmingSpaces() -> String {
        let start = firstIndex { $0 != " " && $0 != "\t" } ?? endIndex
        let head = self[start...]
        guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(head[...last])
    }
}
