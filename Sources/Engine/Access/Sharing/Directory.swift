import Records
import Store

/// Who belongs where: users, roles, groups and sharing rules, as one moment of the database had them.
///
/// Read as a whole, and again when any of it has changed: an organisation has few of them beside its records, and what
/// follows from them is worked out for whoever asks (``Reach``) instead of being kept row by row.
final class Directory: Sendable {
    struct User: Sendable {
        let role: Int64?
        let manager: Int64?
    }

    struct Role: Sendable {
        let parent: Int64?
        /// What an owner of an account with the role may do with its cases, contacts and opportunities; by their object.
        let accountChildren: [String: AccessLevel]
    }

    struct Group: Sendable {
        enum Kind: String, Sendable {
            case queue, regular, organization, role, roleAndSubordinates, manager, managerAndSubordinates
        }

        let kind: Kind
        /// The role or user that it is of.
        let related: Int64?
        /// Whether those above its members in the role hierarchy have what they have.
        let includesBosses: Bool
    }

    let users: [Int64: User]
    let roles: [Int64: Role]
    let groups: [Int64: Group]
    /// What stands in a group by itself: users and groups.
    let members: [Int64: [Int64]]
    /// The other way round.
    let memberships: [Int64: [Int64]]
    let usersByRole: [Int64: [Int64]]
    let rolesBelow: [Int64: [Int64]]
    let reports: [Int64: [Int64]]
    let rules: [SharingRule]

    init(on connection: any Connection) throws {
        var users: [Int64: User] = [:]
        try connection.rows(
            "SELECT \"Id\", \"UserRoleId\", \"ManagerId\" FROM \"User\" WHERE \"IsDeleted\" = 0"
        ) { row in
            users[row.int64(0)] = User(
                role: row.isNull(1) ? nil : row.int64(1), manager: row.isNull(2) ? nil : row.int64(2))
            return true
        }
        var roles: [Int64: Role] = [:]
        try connection.rows(
            """
            SELECT "Id", "ParentRoleId", "CaseAccessForAccountOwner", "ContactAccessForAccountOwner", \
            "OpportunityAccessForAccountOwner" FROM "UserRole" WHERE "IsDeleted" = 0
            """
        ) { row in
            var children: [String: AccessLevel] = [:]
            for (column, object) in [(2, "Case"), (3, "Contact"), (4, "Opportunity")] where !row.isNull(column) {
                children[object] = AccessLevel(name: row.string(column))
            }
            roles[row.int64(0)] = Role(parent: row.isNull(1) ? nil : row.int64(1), accountChildren: children)
            return true
        }
        var groups: [Int64: Group] = [:]
        try connection.rows(
            "SELECT \"Id\", \"Type\", \"RelatedId\", \"DoesIncludeBosses\" FROM \"Group\" WHERE \"IsDeleted\" = 0"
        ) { row in
            guard let kind = Group.Kind(platformName: row.string(1)) else { return true }
            groups[row.int64(0)] = Group(
                kind: kind, related: row.isNull(2) ? nil : row.int64(2), includesBosses: row.int64(3) != 0)
            return true
        }
        var members: [Int64: [Int64]] = [:]
        var memberships: [Int64: [Int64]] = [:]
        try connection.rows(
            "SELECT \"GroupId\", \"UserOrGroupId\" FROM \"GroupMember\" WHERE \"IsDeleted\" = 0"
        ) { row in
            if row.isNull(0) || row.isNull(1) { return true }
            members[row.int64(0), default: []].append(row.int64(1))
            memberships[row.int64(1), default: []].append(row.int64(0))
            return true
        }
        self.users = users
        self.roles = roles
        self.groups = groups
        self.members = members
        self.memberships = memberships
        usersByRole = Self.inverse(users) { $0.role }
        rolesBelow = Self.inverse(roles) { $0.parent }
        reports = Self.inverse(users) { $0.manager }
        rules = try SharingRule.active(on: connection)
    }

    private static func inverse<T>(_ all: [Int64: T], _ above: (T) -> Int64?) -> [Int64: [Int64]] {
        all.reduce(into: [:]) { lists, one in
            if let parent = above(one.value) { lists[parent, default: []].append(one.key) }
        }
    }

    /// The roles below a role, itself not among them.
    func roles(below role: Int64?) -> Set<Int64> { role.map { Self.below($0, rolesBelow) } ?? [] }

    /// Everybody below a user in the role hierarchy.
    func users(below user: Int64) -> Set<Int64> {
        Set(roles(below: users[user]?.role).flatMap { usersByRole[$0] ?? [] })
    }

    /// All that is reached from a start by going down, once each, even in a circle.
    private static func below(_ start: Int64, _ children: [Int64: [Int64]]) -> Set<Int64> {
        var found: Set<Int64> = []
        var waiting = children[start] ?? []
        while let next = waiting.popLast() {
            if next != start, found.insert(next).inserted { waiting += children[next] ?? [] }
        }
        return found
    }

    /// Who belongs to a group and to the groups within it, those groups included; nobody by being above somebody.
    func owners(in group: Int64) -> Set<Int64> {
        var found: Set<Int64> = []
        var seen: Set<Int64> = []
        var waiting = [group]
        while let next = waiting.popLast() {
            guard let group = groups[next] else {
                if users[next] != nil { found.insert(next) }
                continue
            }
            guard seen.insert(next).inserted else { continue }
            found.insert(next)
            switch group.kind {
            case .queue, .regular: waiting += members[next] ?? []
            case .organization: found.formUnion(users.keys)
            case .role: found.formUnion(group.related.flatMap { usersByRole[$0] } ?? [])
            case .roleAndSubordinates:
                guard let role = group.related else { continue }
                for role in roles(below: role).union([role]) { found.formUnion(usersByRole[role] ?? []) }
            case .manager: found.formUnion(group.related.flatMap { users[$0]?.manager }.map { [$0] } ?? [])
            case .managerAndSubordinates:
                guard let user = group.related else { continue }
                found.formUnion(Self.below(user, reports).union([user]))
            }
        }
        return found
    }

    /// Whom a share may name so that a user has what it gives: the user, everybody below, and the groups that any of
    /// them belongs to and that take in those above.
    func principals(of user: Int64) -> Set<Int64> {
        let below = users(below: user)
        // Groups that somebody below belongs to count where they take in bosses, and groups of roles always do.
        var own = groups(of: [user])
        own.formUnion(groups(of: below).filter { takesInBosses($0) })
        return closed(own).union(below).union([user])
    }

    private func takesInBosses(_ id: Int64) -> Bool {
        guard let group = groups[id] else { return false }
        return group.includesBosses || group.kind == .role || group.kind == .roleAndSubordinates || group.kind == .queue
    }

    /// The groups that users belong to, directly or through groups within them.
    private func groups(of members: Set<Int64>) -> Set<Int64> {
        if members.isEmpty { return [] }
        var found = Set(members.flatMap { memberships[$0] ?? [] })
        let roles = Set(members.compactMap { users[$0]?.role })
        let rolesAbove = roles.union(roles.flatMap { above($0) })
        for (id, group) in groups {
            let isIn =
                switch group.kind {
                case .queue, .regular: false
                case .organization: members.contains { users[$0] != nil }
                case .role: group.related.map(roles.contains) ?? false
                case .roleAndSubordinates: group.related.map(rolesAbove.contains) ?? false
                case .manager: group.related.flatMap { users[$0]?.manager }.map(members.contains) ?? false
                case .managerAndSubordinates:
                    group.related.map { !Self.below($0, reports).union([$0]).isDisjoint(with: members) } ?? false
                }
            if isIn { found.insert(id) }
        }
        return closed(found)
    }

    /// With the groups that they stand in.
    private func closed(_ start: Set<Int64>) -> Set<Int64> {
        var found = start
        var waiting = Array(start)
        while let next = waiting.popLast() {
            for group in memberships[next] ?? [] where found.insert(group).inserted { waiting.append(group) }
        }
        return found
    }

    private func above(_ role: Int64) -> Set<Int64> {
        var found: Set<Int64> = []
        var next = roles[role]?.parent
        while let role = next, found.insert(role).inserted { next = roles[role]?.parent }
        return found
    }
}

extension Directory.Group.Kind {
    /// Nil for groups that the product knows nothing of.
    init?(platformName name: String) {
        switch name.lowercased() {
        case "queue": self = .queue
        case "regular": self = .regular
        case "organization": self = .organization
        case "role": self = .role
        case "roleandsubordinates", "roleandsubordinatesinternal": self = .roleAndSubordinates
        case "manager": self = .manager
        case "managerandsubordinatesinternal": self = .managerAndSubordinates
        default: return nil
        }
    }
}
