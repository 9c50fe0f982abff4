import Engine
import Formats
import HTTP
import Hummingbird
import Identity
import Records

/// Passwords of users, set and made.
enum SOAPPasswords {
    static let operations: [String: SOAPHandler] = [
        "setPassword": { call in
            try await call.shared.identity.setPassword(
                try call.argument("password"), of: user(call), by: call.session)
            return call.answer { $0.element("result") { _ in } }
        },
        "resetPassword": { call in
            let password = try await call.shared.identity.resetPassword(of: user(call), by: call.session)
            return call.answer { $0.element("result") { $0.element("password", password) } }
        },
        "changeOwnPassword": { call in
            try await call.shared.identity.changePassword(
                from: try call.argument("oldPassword"), to: try call.argument("newPassword"), of: call.session,
                address: call.context.address)
            return call.answer { $0.element("result") { _ in } }
        },
    ]

    private static func user(_ call: SOAPCall) throws -> RecordID {
        let text = try call.argument("userId")
        guard let id = RecordID(text) else { throw PlatformError(.malformedID, "invalid ID field: \(text.prefix(40))") }
        return id
    }
}
