import AzukariTesting
import Engine
import Records

/// An organisation whose sharing is made up by chance, with a plain evaluation of the rules beside it: who may go how far with a
/// record, looked up step by step in dictionaries, as the platform's documentation tells it.
struct SharingModelCompany {
    struct Role {
        var parent: RecordID?
        var cases: AccessLevel?
    }

    struct Group {
        var kind: String
        var related: RecordID?
        var takesBosses: Bool
        var members: Set<RecordID> = []
    }

    struct Rule {
        var object: String
        var kind: String
        var from: RecordID?
        var to: RecordID
        var level: AccessLevel
        var priority: String
    }

    struct Share {
        var record: RecordID
        var to: RecordID
        var level: AccessLevel
        var cases: AccessLevel?
    }

    struct Row {
        var object: String
        var owner: RecordID?
        var creator: RecordID
        var parents: [String: RecordID] = [:]
        /// What criteria compare.
        var word: String
    }

    let session: Session
    let engine: Engine
    var models: [String: SharingModel] = [:]
    var roles: [RecordID: Role] = [:]
    /// A user's role; nil for none.
    var users: [RecordID: RecordID?] = [:]
    var groups: [RecordID: Group] = [:]
    var rules: [RecordID: Rule] = [:]
    var shares: [RecordID: Share] = [:]
    var rows: [RecordID: Row] = [:]

    static let objects = ["Account", "Contact", "Case", "CaseComment", "Lead", "Individual", "Task"]
    /// By which field criteria tell records apart.
    static let words = [
        "Account": "Site", "Contact": "Department", "Case": "Subject", "Lead": "Title", "Individual": "FirstName",
    ]

    init(_ session: Session, _ engine: Engine) {
        self.session = session
        self.engine = engine
    }

    // MARK: The evaluation

    func level(of record: RecordID, for user: RecordID) -> AccessLevel? {
        AccessLevel.allCases.reversed().first { may(user, $0, record, []) }
    }

    private func model(_ object: String) -> SharingModel {
        models[object] ?? (object == "CaseComment" || object == "Task" ? .controlledByParent : .readWrite)
    }

    /// Sharing counts only where some object is not everybody's.
    private var isAnyLimited: Bool {
        models.values.contains { $0 == .private || $0 == .read } || rules.values.contains { $0.kind == "Restriction" }
    }

    private func may(_ user: RecordID, _ level: AccessLevel, _ record: RecordID, _ path: [String]) -> Bool {
        guard isAnyLimited, let row = rows[record] else { return rows[record] != nil }
        if path.contains(row.object) { return false }
        let restrictions = rules.values.filter { $0.kind == "Restriction" && $0.object == row.object }
        for rule in restrictions where reaches(user, rule.to) && row.word != rule.priority { return false }
        switch model(row.object) {
        case .readWrite: return true
        case .read: return level == .read || isGranted(user, level, record, row)
        case .private: return isGranted(user, level, record, row)
        case .controlledByParent:
            let parents = Array(row.parents.filter { parentFields(row.object).contains($0.key) }.values)
            let isLimited = parentObjects(row.object).contains { isLimitable($0, min(level, .edit), user) }
            if !isLimited { return true }
            let below = min(level, AccessLevel.edit)
            let byParents =
                !parents.isEmpty && parents.allSatisfy { may(user, below, $0, path + [row.object]) }
            if row.owner != nil { return isGranted(user, level, record, row) || byParents }
            return byParents || parents.isEmpty && isMineOrBelow(user, row.creator)
        }
    }

    /// Whether there can be records of an object that somebody does not reach.
    private func isLimitable(_ object: String, _ level: AccessLevel, _ user: RecordID) -> Bool {
        if rules.values.contains(where: { $0.kind == "Restriction" && $0.object == object && reaches(user, $0.to) }) {
            return true
        }
        switch model(object) {
        case .readWrite: return false
        case .read: return level > .read
        case .private: return true
        case .controlledByParent: return parentObjects(object).contains { isLimitable($0, level, user) }
        }
    }

    private func parentFields(_ object: String) -> [String] {
        ["Contact": ["AccountId"], "CaseComment": ["ParentId"], "Task": ["WhatId", "WhoId"]][object] ?? []
    }

    private func parentObjects(_ object: String) -> [String] {
        [
            "Contact": ["Account"], "CaseComment": ["Case"],
            // What a task may be about, as far as the tests narrow it; of individuals it is their consents.
            "Task": ["Account", "Case", "Contact", "Lead", "Individual"],
        ][object] ?? []
    }

    private func isGranted(
        _ user: RecordID, _ level: AccessLevel, _ record: RecordID, _ row: Row, isNested: Bool = false
    )
        -> Bool
    {
        guard let owner = row.owner else { return false }
        if isMineOrBelow(user, owner) { return true }
        if groups[owner]?.kind == "Queue", reaches(user, owner) { return true }
        for rule in rules.values where rule.object == row.object && rule.level >= level && reaches(user, rule.to) {
            if rule.kind == "Owner", let from = rule.from, owns(owner, from) { return true }
            if rule.kind == "Criteria", row.word == rule.priority { return true }
        }
        if shares.values.contains(where: { $0.record == record && $0.level >= level && names($0.to, user) }) {
            return true
        }
        if isNested { return false }
        if ["Case", "Contact"].contains(row.object), let account = row.parents["AccountId"] {
            let opened = users.keys.contains { person in
                rows[account]?.owner == person && isMineOrBelow(user, person) && row.object == "Case"
                    && (users[person] ?? nil).flatMap { roles[$0]?.cases }.map { $0 >= level } ?? false
            }
            if opened { return true }
            let byShare = shares.values.contains {
                $0.record == account && row.object == "Case" && $0.cases.map { $0 >= level } ?? false
                    && names($0.to, user)
            }
            if byShare { return true }
        }
        return level == .read && isImplied(user, record, row.object)
    }

    private func isImplied(_ user: RecordID, _ record: RecordID, _ object: String) -> Bool {
        let children = ["Account": ["Contact", "Case"], "Individual": ["Contact", "Lead"]][object] ?? []
        let field = object + "Id"
        return rows.contains { id, child in
            children.contains(child.object) && child.parents[field] == record && model(child.object) == .private
                && isGranted(user, .read, id, child, isNested: true)
                && !rules.values.contains {
                    $0.kind == "Restriction" && $0.object == child.object && reaches(user, $0.to)
                        && child.word != $0.priority
                }
        }
    }

    // MARK: Who is whose

    private func isAbove(_ user: RecordID, _ other: RecordID) -> Bool {
        guard let mine = users[user] ?? nil, var role = users[other] ?? nil else { return false }
        while let parent = roles[role]?.parent {
            if parent == mine { return true }
            role = parent
        }
        return false
    }

    private func isMineOrBelow(_ user: RecordID, _ owner: RecordID) -> Bool { user == owner || isAbove(user, owner) }

    private func isUnder(_ role: RecordID, _ top: RecordID) -> Bool {
        var next: RecordID? = role
        while let role = next {
            if role == top { return true }
            next = roles[role]?.parent
        }
        return false
    }

    /// Whether a user belongs to a group, with those above where the group takes them in.
    private func reaches(_ user: RecordID, _ id: RecordID) -> Bool {
        guard let group = groups[id] else { return false }
        if belongs(user, id) { return true }
        let takesBosses = group.takesBosses || group.kind != "Regular" && group.kind != "Organization"
        return takesBosses && users.keys.contains { isAbove(user, $0) && belongs($0, id) }
    }

    private func belongs(_ user: RecordID, _ id: RecordID) -> Bool {
        guard let group = groups[id] else { return false }
        switch group.kind {
        case "Organization": return true
        case "Role": return users[user] ?? nil == group.related
        case "RoleAndSubordinates":
            guard let role = users[user] ?? nil, let top = group.related else { return false }
            return isUnder(role, top)
        default: return group.members.contains { $0 == user || groups[$0] != nil && reaches(user, $0) }
        }
    }

    /// Whether what somebody owns counts as a group's, for rules by owner: nobody is taken in for being above.
    private func owns(_ owner: RecordID, _ id: RecordID) -> Bool {
        if owner == id { return true }
        guard let group = groups[id] else { return false }
        switch group.kind {
        case "Regular", "Queue": return group.members.contains { $0 == owner || groups[$0] != nil && owns(owner, $0) }
        default: return users[owner] != nil && belongs(owner, id)
        }
    }

    private func names(_ principal: RecordID, _ user: RecordID) -> Bool {
        isMineOrBelow(user, principal) && users[principal] != nil || reaches(user, principal)
    }
}
