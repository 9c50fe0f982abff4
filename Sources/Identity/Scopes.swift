/// What a token may be used for, in OAuth's words (RFC 6749, section 3.3) and the platform's names.
public struct Scopes: OptionSet, Hashable, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The interfaces for data.
    public static let api = Scopes(rawValue: 1 << 0)
    /// The console's pages.
    public static let web = Scopes(rawValue: 1 << 1)
    /// Everything that the user may do.
    public static let full = Scopes(rawValue: 1 << 2)
    /// Who the user is, all of it.
    public static let id = Scopes(rawValue: 1 << 3)
    public static let profile = Scopes(rawValue: 1 << 4)
    public static let email = Scopes(rawValue: 1 << 5)
    /// An ID token besides.
    public static let openid = Scopes(rawValue: 1 << 6)
    /// A token to renew with, while the user is away.
    public static let refresh = Scopes(rawValue: 1 << 7)

    private static let named: [(name: String, scope: Scopes)] = [
        ("api", .api), ("web", .web), ("full", .full), ("id", .id), ("profile", .profile), ("email", .email),
        ("openid", .openid), ("refresh_token", .refresh),
    ]

    /// All that there are, by name.
    public static let names = named.map(\.name)

    /// Names with blanks between them; nil when one is unknown. `offline_access` is `refresh_token`.
    public init?(_ text: some StringProtocol) {
        self = []
        for word in text.split(separator: " ") {
            let name = word == "offline_access" ? "refresh_token" : String(word)
            guard let scope = Self.named.first(where: { $0.name == name })?.scope else { return nil }
            insert(scope)
        }
    }

    /// The names, with blanks between them.
    public var text: String { names.joined(separator: " ") }

    /// The names of these.
    public var names: [String] { Self.named.filter { contains($0.scope) }.map(\.name) }

    /// Whether a token with these may be used so: with any of `uses`, or for everything.
    public func allow(_ uses: Scopes) -> Bool { !isDisjoint(with: uses.union(.full)) }

    /// What is given without a user who could be asked: nobody is there to be told of, and nothing is to be renewed.
    var withoutUser: Scopes { subtracting([.openid, .refresh]) }
}
