import HTTP
import HTTPTypes
import Hummingbird
import Records

/// The secret that a form must send back: it stands in a cookie that only this site can set and read, and in the form.
///
/// A page of another site can make a browser send the cookie, but cannot read it to put it into a form. The prefix
/// `__Host-` keeps other hosts of the same domain from planting one. A new one is made at each sign-in.
struct FormToken: Sendable {
    let text: String

    static let cookieName = "__Host-azukari-form"
    static let fieldName = "token"

    /// A new one, of 256 random bits.
    init(environment: Records.Environment) {
        let digits = Array("0123456789abcdef")
        text = String(environment.randomBytes(32).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The one that the browser holds; nil where it has none of the right form.
    init?(_ request: Request) {
        guard let value = request.cookies[Self.cookieName]?.value, value.utf8.count == 64 else { return nil }
        text = value
    }

    var cookie: Cookie {
        Cookie(name: Self.cookieName, value: text, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }

    /// Takes a form's fields only when it came from a page of ours.
    /// - Throws: ``FormRefused``.
    static func checked(_ request: Request) async throws -> FormFields {
        if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" { throw FormRefused() }
        let form = try await request.form()
        guard let token = FormToken(request), let sent = form[fieldName], token.equals(sent) else {
            throw FormRefused()
        }
        return form
    }

    /// Lets a request of a page's script go on only when it came from a page of ours: the token stands in a header, since the
    /// body is a file.
    /// - Throws: ``FormRefused``.
    static func checkHeader(of request: Request) throws {
        if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" { throw FormRefused() }
        guard let token = FormToken(request), let sent = request.headers[.formToken], token.equals(sent) else {
            throw FormRefused()
        }
    }

    /// In a time that does not tell where the first difference is.
    private func equals(_ other: String) -> Bool {
        let own = Array(text.utf8)
        let others = Array(other.utf8)
        guard own.count == others.count else { return false }
        return zip(own, others).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// A form that did not come from a page of this sign-in.
struct FormRefused: Error {}
