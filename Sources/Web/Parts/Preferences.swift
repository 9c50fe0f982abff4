import Hummingbird

/// What a browser remembers of its reader's wishes. Nothing secret: the cookies hold a word each.
struct Preferences: Sendable {
    let language: Language?
    let isComfortable: Bool

    init(_ request: Request) {
        language = request.cookies[Self.languageCookie].flatMap { Language(rawValue: $0.value) }
        isComfortable = request.cookies[Self.densityCookie]?.value == "comfortable"
    }

    /// As the stylesheet names it.
    var density: String { isComfortable ? "comfortable" : "compact" }

    static let languageCookie = "azukari-language"
    static let densityCookie = "azukari-density"

    /// A cookie that keeps a wish for a year.
    static func cookie(_ name: String, _ value: String) -> Cookie {
        Cookie(
            name: name, value: value, maxAge: 365 * 86_400, path: "/", secure: true, httpOnly: true, sameSite: .lax
        )
    }
}
