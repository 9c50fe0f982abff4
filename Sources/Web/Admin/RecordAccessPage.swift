import Engine
import Hummingbird
import Records

/// Who may see a record, and why.
enum RecordAccessPage {
    /// What the page shows.
    struct Page: Sendable {
        let name: String
        let href: String?
        let summary: String
        let users: [UserRow]
    }

    /// Somebody who may see it.
    struct UserRow: Sendable {
        let name: String
        let level: StateWord
        let reasons: [String]
    }

    private static let usersMax = 500

    static func show(_ visit: Visit) async throws -> Response {
        let id = try visit.id()
        let words = visit.words
        guard let object = visit.schema.object(of: id), try await visit.session.level(of: id) == .all else {
            throw NothingHere()
        }
        let (accesses, total) = try await visit.session.accesses(toRecord: id, limit: usersMax)
        let groups = try await SharedGroups(visit)
        let name = try await name(of: id, object, visit)
        let page = Page(
            name: name, href: href(of: id, object),
            summary: words.count("record_access.count", total),
            users: try await rows(accesses, groups, visit))
        return visit.page("record-access", title: words("record_access.title", ["name": name]), at: nil, page)
    }

    private static func rows(
        _ accesses: [RecordAccess], _ groups: SharedGroups, _ visit: Visit
    ) async throws -> [UserRow] {
        var rows: [UserRow] = []
        for access in accesses {
            var reasons: [String] = []
            for reason in access.reasons { reasons.append(try await text(reason, groups, visit)) }
            let word = visit.words("sharing.level_\(access.level.name)")
            rows.append(
                UserRow(
                    name: access.name, level: access.level == .read ? .done(word) : .may(word), reasons: reasons))
        }
        return rows
    }

    private static func text(_ reason: AccessReason, _ groups: SharedGroups, _ visit: Visit) async throws -> String {
        let words = visit.words
        func named(_ id: RecordID) async throws -> String {
            guard let object = visit.schema.object(of: id) else { return id.description }
            let group = groups.name(id)
            return group.isEmpty
                ? "\(object.label(words.language)) \(try await name(of: id, object, visit))" : group
        }
        switch reason {
        case .permission(let permission): return words("record_access.permission", ["name": permission])
        case .everybody(let model):
            return words("record_access.everybody", ["model": words("sharing.model_\(model.rawValue)")])
        case .owner: return words("record_access.owner")
        case .above(let owner): return words("record_access.above", ["name": try await named(owner)])
        case .queue(let queue): return words("record_access.queue", ["name": groups.name(queue)])
        case .rule(_, let name): return words("record_access.rule", ["name": name])
        case .share(_, let with, let reason):
            let told = words("record_access.share", ["name": try await named(with)])
            return reason.isEmpty ? told : words("record_access.share_because", ["share": told, "reason": reason])
        case .account(let account): return words("record_access.account", ["name": try await named(account)])
        case .child(let child): return words("record_access.child", ["name": try await named(child)])
        case .parent(let parent): return words("record_access.parent", ["name": try await named(parent)])
        }
    }

    private static func name(of id: RecordID, _ object: ObjectSchema, _ visit: Visit) async throws -> String {
        guard let field = object.nameField else { return id.description }
        let record = try await visit.session.retrieve(object.name, [id], fields: [field.name]).first ?? nil
        return record?[field.name].text ?? id.description
    }

    private static func href(of id: RecordID, _ object: ObjectSchema) -> String? {
        switch object.name {
        case "Case": "/cases/\(id)"
        case "Contact", "Lead", "Individual": "/people/\(id)"
        default: nil
        }
    }
}
