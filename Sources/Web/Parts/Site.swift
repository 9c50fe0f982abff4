import Foundation
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import Records

/// Everything that pages are made with and that no request changes: templates, words, assets.
struct Site: Sendable {
    let assets: Assets
    private let templates: MustacheLibrary
    private let words: [Language: Words]

    /// - Throws: where the resources that came with the product are missing or broken.
    init() throws {
        let folder = Bundle.module.bundleURL.appending(path: "Resources")
        assets = try Assets(folder: folder)
        var words: [Language: Words] = [:]
        for language in Language.allCases {
            let file = folder.appending(path: "strings/\(language.rawValue).txt")
            words[language] = Words(language, text: try String(contentsOf: file, encoding: .utf8))
        }
        self.words = words
        var templates = MustacheLibrary()
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: "templates"), includingPropertiesForKeys: nil
        )
        for file in files where file.pathExtension == "mustache" {
            let name = file.deletingPathExtension().lastPathComponent
            try templates.register(try String(contentsOf: file, encoding: .utf8), named: name)
        }
        self.templates = templates
    }

    /// The words of a language.
    func words(_ language: Language) -> Words { words[language] ?? Words(language, text: "") }

    /// A template filled with a frame, as a page.
    func html(_ template: String, _ frame: some FrameOfPage) -> String {
        guard let text = templates.render(frame, withTemplate: template) else {
            preconditionFailure("There is no template named \(template)")
        }
        return text
    }

    /// A page as an answer, with what browsers must know about it.
    func response(_ template: String, _ frame: some FrameOfPage, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: Self.headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: html(template, frame)))
        )
    }

    /// What a page may load, and where its forms may lead.
    ///
    /// - Parameter talks: Whether its script may ask this server for more.
    static func policy(formAction: String = "'self'", talks: Bool = false) -> String {
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action \(formAction); "
            + (talks ? "connect-src 'self'; " : "") + "base-uri 'none'; frame-ancestors 'none'"
    }

    /// Nothing inline, nothing from elsewhere, nobody may frame us; and no page with somebody's data stays in a cache.
    private static let headers: HTTPFields = {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        headers[.contentSecurityPolicy] = policy()
        headers[.referrerPolicy] = "same-origin"
        headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=()"
        return headers
    }()
}

extension HTTPField.Name {
    static let referrerPolicy = known("Referrer-Policy")
    static let permissionsPolicy = known("Permissions-Policy")
    static let formToken = known("X-Form-Token")
    static let fileName = known("X-File-Name")
    static let secFetchSite = known("Sec-Fetch-Site")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let made = HTTPField.Name(name) else { preconditionFailure("\(name) is no header name") }
        return made
    }
}
