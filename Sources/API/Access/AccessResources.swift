import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `records/ID/access` and `users/ID/sight`: who sees a record and why, and what a user sees.
struct AccessResources {
    let shared: Shared

    /// So many users are told of one record.
    private static let usersMax = 500

    func add(to router: some RouterMethods<EdgeContext>) {
        router.own("records/:id/access", get: shared.own(access))
        router.own("users/:id/sight", get: shared.own(sight))
    }

    @Sendable private func access(_ call: RESTCall) async throws -> Response {
        let (accesses, total) = try await call.session.accesses(toRecord: try call.anyID(), limit: Self.usersMax)
        return call.answer { json in
            json.object { json in
                json.key("totalSize")
                json.value(.integer(Int64(total)))
                json.key("users")
                json.array { json in
                    for access in accesses {
                        json.object { json in
                            json.member("id", access.user.description)
                            json.member("name", access.name)
                            json.member("level", access.level.name)
                            json.key("reasons")
                            json.array { json in for reason in access.reasons { Self.write(reason, into: &json) } }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ reason: AccessReason, into json: inout JSONWriter) {
        let (kind, record, text): (String, RecordID?, String?) =
            switch reason {
            case .permission(let name): ("permission", nil, name)
            case .everybody(let model): ("everybody", nil, model.rawValue)
            case .owner: ("owner", nil, nil)
            case .above(let owner): ("roleHierarchy", owner, nil)
            case .queue(let queue): ("queue", queue, nil)
            case .rule(let rule, let name): ("rule", rule, name)
            case .share(let share, _, let reason): ("share", share, reason)
            case .account(let account): ("account", account, nil)
            case .child(let child): ("child", child, nil)
            case .parent(let parent): ("parent", parent, nil)
            }
        json.object { json in
            json.member("kind", kind)
            if let record { json.member("record", record.description) }
            if case .share(_, let with, _) = reason { json.member("with", with.description) }
            if let text { json.member("text", text) }
        }
    }

    @Sendable private func sight(_ call: RESTCall) async throws -> Response {
        let objects = try await call.session.sight(of: try call.anyID())
        return call.answer { json in
            json.object { json in
                json.key("objects")
                json.array { json in
                    for object in objects {
                        json.object { json in
                            json.member("object", object.object)
                            for (name, count) in [
                                ("total", object.total), ("readable", object.readable), ("editable", object.editable),
                            ] {
                                json.key(name)
                                json.value(.integer(Int64(count)))
                            }
                        }
                    }
                }
            }
        }
    }
}
