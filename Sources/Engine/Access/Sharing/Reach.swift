import Records
import Store
import Synchronization

/// How far a user reaches: whose records, and by which rules. Worked out when first asked for.
final class Reach: Sendable {
    let user: Int64
    let directory: Directory
    /// Reads everything, whatever the sharing.
    let viewsAll: Bool
    /// Ids of users and groups: see ``Directory/principals(of:)``.
    let principals: IDSet
    /// The user, and everybody below.
    let people: Set<Int64>
    /// Those that open something to the user: see ``Directory/principals(of:)``.
    let groups: Set<Int64>
    private let known = Mutex<[Key: IDSet]>([:])

    private struct Key: Hashable {
        let object: String
        let level: AccessLevel
        let isOfAccounts: Bool
    }

    init(user: RecordID, viewsAll: Bool, _ directory: Directory) {
        self.user = user.rawValue
        self.directory = directory
        self.viewsAll = viewsAll
        let principals = directory.principals(of: user.rawValue)
        self.principals = IDSet(principals)
        people = directory.users(below: user.rawValue).union([user.rawValue])
        groups = principals.filter { directory.groups[$0] != nil }
    }

    /// Whose records of an object may be gone so far with, because of who owns them.
    func owners(of object: String, _ level: AccessLevel) -> IDSet {
        remembered(Key(object: object, level: level, isOfAccounts: false)) {
            var owners = people
            owners.formUnion(groups.filter { directory.groups[$0]?.kind == .queue })
            for rule in rules(of: object) where rule.level >= level {
                if case .owner(let from) = rule.kind { owners.formUnion(directory.owners(in: from)) }
            }
            return owners
        }
    }

    /// Owners of accounts whose roles open the cases (contacts, opportunities) of their accounts to them and to those above.
    func accountOwners(for object: String, _ level: AccessLevel) -> IDSet {
        remembered(Key(object: object, level: level, isOfAccounts: true)) {
            people.filter { person in
                guard let role = directory.users[person]?.role, let access = directory.roles[role] else { return false }
                return access.accountChildren[object].map { $0 >= level } ?? false
            }
        }
    }

    /// The rules that open records of an object to the user; restrictions are not among them.
    func rules(of object: String) -> [SharingRule] {
        directory.rules.filter { $0.object == object && $0.kind != .restriction && groups.contains($0.to) }
    }

    /// The rules that close records of an object to the user.
    func restrictions(of object: String) -> [SharingRule] {
        directory.rules.filter { $0.object == object && $0.kind == .restriction && groups.contains($0.to) }
    }

    private func remembered(_ key: Key, _ make: () -> Set<Int64>) -> IDSet {
        if let set = known.withLock({ $0[key] }) { return set }
        let set = IDSet(make())
        known.withLock { $0[key] = set }
        return set
    }
}

/// Ids that a column is compared with.
struct IDSet: Sendable {
    let sorted: [Int64]

    init(_ ids: Set<Int64>) { sorted = ids.sorted() }

    var isEmpty: Bool { sorted.isEmpty }
    /// Whether an index is made use of for them: see ``Store/Dialect/isAmong(_:_:)``.
    var isShort: Bool { sorted.count <= DatabaseDialect.listedIDsMax }
}
