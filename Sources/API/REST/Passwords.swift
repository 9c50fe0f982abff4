import Engine
import Formats
import HTTP
import Hummingbird
import Identity
import Records

/// `sobjects/User/ID/password`: whether it has to be changed, a new one, or one that is made here.
struct Passwords {
    let shared: Shared

    /// The user whose password a path below `sobjects/X/Y/Z` names; nil when it names something else.
    static func owner(_ call: RESTCall, _ object: ObjectSchema) throws -> RecordID? {
        guard object.name == "User", try call.parameter("value") == "password",
            let id = RecordID(try call.parameter("id")), id.prefix == object.keyPrefix
        else { return nil }
        return id
    }

    func get(_ call: RESTCall, of user: RecordID) async throws -> Response {
        let isExpired = try await shared.identity.isPasswordInitial(of: user, for: call.session)
        return call.answer { json in
            json.object { json in
                json.key("isExpired")
                json.boolean(isExpired)
            }
        }
    }

    func set(_ call: RESTCall, of user: RecordID) async throws -> Response {
        guard let password = try await call.body(upTo: Limits.formBodyBytesMax).text("NewPassword") else {
            throw PlatformError(.missingArgument, "The member NewPassword is missing.", fields: ["NewPassword"])
        }
        try await shared.identity.setPassword(password, of: user, by: call.session)
        return call.empty
    }

    func reset(_ call: RESTCall, of user: RecordID) async throws -> Response {
        let password = try await shared.identity.resetPassword(of: user, by: call.session)
        return call.answer { json in json.object { $0.member("NewPassword", password) } }
    }
}
