import HTTP
import Hummingbird
import Records

/// What cannot be shown or done, as a page: what happened, what was kept, what to do, and a number for support.
struct ErrorPage: Sendable {
    let heading: String
    let text: String
    let support: String?

    /// The same page for what is absent and for what this reader may not see.
    static func notFound(_ words: Words) -> ErrorPage {
        ErrorPage(heading: words("error.not_found"), text: words("error.not_found_text"), support: nil)
    }

    static func formRefused(_ words: Words) -> ErrorPage {
        ErrorPage(heading: words("error.form"), text: words("error.form_text"), support: nil)
    }

    /// - Parameter requestID: what the log knows the request by.
    static func failed(_ words: Words, requestID: String) -> ErrorPage {
        ErrorPage(heading: words("error.failed"), text: words("error.failed_text"), support: requestID)
    }

    static func busy(_ words: Words) -> ErrorPage {
        ErrorPage(heading: words("error.busy"), text: words("error.busy_text"), support: nil)
    }

    /// A refusal by the door.
    static func refused(_ words: Words, _ error: PlatformError) -> ErrorPage {
        ErrorPage(
            heading: words("error.refused"), text: Refusal.text(error, object: nil, words: words), support: nil)
    }

    /// The page of an error of the platform, with its status.
    static func of(
        _ error: PlatformError, words: Words, requestID: String
    ) -> (page: ErrorPage, status: HTTPResponse.Status) {
        switch error.code {
        case .notFound, .insufficientAccess, .insufficientAccessOrReadonly, .invalidType, .invalidCrossReferenceKey,
            .entityIsDeleted, .malformedID:
            (notFound(words), .notFound)
        case .unableToLockRow, .serverUnavailable, .queryTimeout, .requestLimitExceeded:
            (busy(words), .serviceUnavailable)
        case .unknownException: (failed(words, requestID: requestID), .internalServerError)
        default: (refused(words, error), .badRequest)
        }
    }

    func response(site: Site, words: Words, status: HTTPResponse.Status) -> Response {
        let frame = Frame(
            lang: words.language.rawValue, density: "compact", title: "\(heading) · Azukari", t: words,
            assets: site.assets.links, chrome: nil, notice: nil, page: self
        )
        return site.response("error", frame, status: status)
    }
}
