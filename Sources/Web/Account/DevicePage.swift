import Engine
import HTTP
import HTTPTypes
import Hummingbird
import Identity

/// A user lets in the device that shows them a code (RFC 8628, section 3.3).
struct DevicePage: Sendable {
    let identity: Identity

    /// What the page shows: first the field for the code, then what the device asks.
    struct Page: Sendable {
        let token: String
        let userCode: String
        let error: String?
        let asking: Asking?
    }

    func show(_ visit: Visit) async throws -> Response {
        page(visit, userCode: try visit.query()["user_code"] ?? "")
    }

    func decide(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let userCode = String((form["user_code"] ?? "").prefix(40))
        guard let device = try await identity.device(userCode: userCode, for: visit.session, address: visit.address),
            let application = try await identity.application(device.application)
        else { return page(visit, userCode: userCode, error: visit.words("device.unknown")) }
        guard let decision = form["decision"] else {
            let asking = Asking(application: application, scopes: device.scopes, visit)
            return page(visit, userCode: userCode, asking: asking)
        }
        let isAllowed = decision == "allow"
        guard try await identity.answer(device, isAllowed: isAllowed, by: visit.session) else {
            return page(visit, userCode: userCode, error: visit.words("device.unknown"))
        }
        return .seeOther("/access", told: isAllowed ? .deviceAllowed : .deviceRefused)
    }

    private func page(_ visit: Visit, userCode: String, error: String? = nil, asking: Asking? = nil) -> Response {
        visit.plainPage(
            "device", title: visit.words("device.title"),
            Page(token: visit.token.text, userCode: userCode, error: error, asking: asking),
            status: error == nil ? .ok : .badRequest)
    }
}
