public import Records
import Store

extension Session {
    /// Who may see a record, and why; by their names.
    ///
    /// Each active user is asked for as their own next statement would: nothing is answered from memory. Restriction rules are
    /// among what is asked, so whom one of them closes the record to is not in the answer.
    /// - Parameter limit: At most so many are told.
    /// - Returns: Also how many there are in all.
    /// - Throws: `NOT_FOUND` for a record that this session may not see; `INSUFFICIENT_ACCESS` for one that it may not share.
    public func accesses(
        toRecord record: RecordID, limit: Int
    ) async throws -> (accesses: [RecordAccess], total: Int) {
        try await read { connection in
            let access = try self.access(on: connection)
            guard let object = access.visible.object(of: record).flatMap({ access.full.object($0.name) }),
                let row = try connection.storedRows([record], of: object).first,
                let own = try RecordFilter.level(of: record, object, access, connection)
            else { throw PlatformError(.notFound, "The requested resource does not exist", fields: ["Id"]) }
            guard own == .all else {
                throw PlatformError(
                    .insufficientAccess, "Who sees a record is told to those who may share it, and to administrators.")
            }
            var (told, total) = ([RecordAccess](), 0)
            for user in try self.activeUsers(connection) {
                let theirs = try self.engine.access(of: user.id, profile: user.profile, on: connection)
                guard theirs.visible.object(object.name) != nil,
                    try RecordFilter.permits(record, for: .read, theirs, connection)
                else { continue }
                total += 1
                if told.count == limit { continue }
                told.append(
                    RecordAccess(
                        user: user.id, name: user.name,
                        level: try RecordFilter.level(of: record, object, theirs, connection) ?? .read,
                        reasons: try Explanation(access: theirs, connection: connection).reasons(row)))
            }
            return (told, total)
        }
    }

    /// How many records of each object somebody may see and change, of the objects that the user may read; for administrators.
    ///
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` for a user who is not there or not active.
    public func sight(of user: RecordID) async throws -> [ObjectSight] {
        try await checkAdministration(of: "What a user can see")
        return try await read { connection in
            guard let found = try self.activeUsers(connection).first(where: { $0.id == user }) else {
                throw PlatformError(.notFound, "There is no active user with this id.", fields: ["Id"])
            }
            let theirs = try self.engine.access(of: user, profile: found.profile, on: connection)
            return try theirs.visible.objects.filter { $0.isQueryable && $0.isOwned }.map { object in
                func count(_ level: AccessLevel?) throws -> Int {
                    let records = RecordFilter(theirs, connection.dialect)
                    let condition = try level.flatMap { try records.condition(object, Identifier("t0"), for: $0) }
                    let statement: SQL = """
                        \(records.with)SELECT COUNT(*) FROM \(identifier: Identifier(object.name)) t0 \
                        WHERE t0."IsDeleted" = 0\(condition.map { " AND \($0)" } ?? "")
                        """
                    return Int(try connection.first(statement) { $0.int64(0) } ?? 0)
                }
                return ObjectSight(
                    object: object.name, total: try count(nil), readable: try count(.read),
                    editable: object.isUpdateable ? try count(.edit) : 0)
            }
        }
    }

    private func activeUsers(
        _ connection: any Connection
    ) throws -> [(id: RecordID, name: String, profile: RecordID?)] {
        try connection.all(
            """
            SELECT "Id", "Name", "ProfileId" FROM "User" WHERE "IsActive" = 1 AND "IsDeleted" = 0 ORDER BY "Name", "Id"
            """
        ) { row in
            (
                id: RecordID(rawValue: row.int64(0)), name: row.isNull(1) ? "" : row.string(1),
                profile: row.isNull(2) ? nil : RecordID(rawValue: row.int64(2))
            )
        }.filter { SystemUser($0.id) == nil }
    }
}

extension Engine {
    /// What a user may see and do, as the user's own next statement would find it.
    fileprivate func access(of user: RecordID, profile: RecordID?, on connection: any Connection) throws -> Access {
        let version = try AccessCache.Version(on: connection)
        return try accesses.access(
            of: user, profile: profile, under: nil, at: environment.now(), version,
            in: { try schema.current(on: connection, version: version.schema) }, on: connection)
    }
}

/// Why somebody may see a record: each way is looked at for itself.
struct Explanation {
    let access: Access
    let connection: any Connection

    func reasons(_ row: StoredRow) throws -> [AccessReason] {
        if access.rights.modifiesAll { return [.permission(Rights.Power.modifiesAll.rawValue)] }
        guard let reach = access.reach else { return [.everybody(.readWrite)] }
        let object = row.object
        var found: [AccessReason] = []
        if reach.viewsAll { found.append(.permission(Rights.Power.viewsAll.rawValue)) }
        let rights = access.rights.on(object)
        if rights.contains(.modifyAll) {
            found.append(.permission("PermissionsModifyAllRecords"))
        } else if rights.contains(.viewAll) {
            found.append(.permission("PermissionsViewAllRecords"))
        }
        if [.readWrite, .read].contains(object.sharing) { found.append(.everybody(object.sharing)) }
        found += try ofOwner(row, reach) + byCriteria(row, reach) + byShares(row, reach)
        found += try ofAccount(row) + byChildren(row) + byParents(row)
        // What nothing here names is open since what it belongs to is open to everybody.
        return found.isEmpty ? [.everybody(object.sharing)] : found
    }

    private func ofOwner(_ row: StoredRow, _ reach: Reach) throws -> [AccessReason] {
        // Whoever made what has no owner counts where it belongs to nothing.
        guard row.object.isOwned || row.object.sharingParents.allSatisfy({ row[$0].isNull }),
            let owner = row[row.object.isOwned ? "OwnerId" : "CreatedById"].id
        else { return [] }
        var found: [AccessReason] = []
        if owner.rawValue == reach.user {
            found.append(.owner)
        } else if reach.people.contains(owner.rawValue) {
            found.append(.above(owner: owner))
        } else if reach.groups.contains(owner.rawValue), reach.directory.groups[owner.rawValue]?.kind == .queue {
            found.append(.queue(owner))
        }
        for rule in reach.rules(of: row.object.name) {
            if case .owner(let from) = rule.kind, reach.directory.owners(in: from).contains(owner.rawValue) {
                found.append(.rule(rule.id, name: rule.name))
            }
        }
        return found
    }

    private func byCriteria(_ row: StoredRow, _ reach: Reach) throws -> [AccessReason] {
        try reach.rules(of: row.object.name).compactMap { rule in
            guard rule.kind == .criteria, let criteria = rule.criteria else { return nil }
            let condition = try QueryCompiler.condition(
                criteria, on: row.object, Identifier("t0"), access, connection.dialect)
            let holds = try connection.first(
                """
                SELECT 1 FROM \(identifier: Identifier(row.object.name)) t0 \
                WHERE t0."Id" = \(.id(row.id)) AND \(condition)
                """
            ) { _ in true }
            return holds == true ? .rule(rule.id, name: rule.name) : nil
        }
    }

    private func byShares(_ row: StoredRow, _ reach: Reach) throws -> [AccessReason] {
        guard let shares = access.full.object(row.object.shareName) else { return [] }
        let parent = Identifier(row.object.isCustom ? "ParentId" : "\(row.object.name)Id")
        return try connection.all(
            """
            SELECT "Id", "UserOrGroupId", "Reason" FROM \(identifier: Identifier(shares.name)) \
            WHERE \(identifier: parent) = \(.id(row.id)) AND "IsDeleted" = 0 \
            AND \(connection.dialect.isAmong("\"UserOrGroupId\"", reach.principals.sorted)) ORDER BY "Id"
            """
        ) { share in
            .share(
                RecordID(rawValue: share.int64(0)), with: RecordID(rawValue: share.int64(1)),
                reason: share.isNull(2) ? "" : share.string(2))
        }
    }

    private func ofAccount(_ row: StoredRow) throws -> [AccessReason] {
        guard let account = row["AccountId"].id,
            let condition = try RecordFilter(access, connection.dialect)
                .accountCondition(row.object, Identifier("t0"))
        else { return [] }
        return try holds(condition, of: row) ? [.account(account)] : []
    }

    private func byChildren(_ row: StoredRow) throws -> [AccessReason] {
        try RecordFilter(access, connection.dialect).implying(row.object).compactMap { child, lookup in
            let inner = RecordFilter(access, connection.dialect)
            guard let condition = try inner.condition(child, Identifier("t0")) else { return nil }
            return try connection.first(
                """
                \(inner.with)SELECT t0."Id" FROM \(identifier: Identifier(child.name)) t0 \
                WHERE t0.\(identifier: Identifier(lookup)) = \(.id(row.id)) AND t0."IsDeleted" = 0 AND \(condition)
                """
            ) { .child(RecordID(rawValue: $0.int64(0))) }
        }
    }

    private func byParents(_ row: StoredRow) throws -> [AccessReason] {
        guard row.object.sharing == .controlledByParent else { return [] }
        return try row.object.sharingParents.compactMap { name in
            guard let parent = row[name].id, try RecordFilter.permits(parent, for: .read, access, connection) else {
                return nil
            }
            return .parent(parent)
        }
    }

    private func holds(_ condition: SQL, of row: StoredRow) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM \(identifier: Identifier(row.object.name)) t0 WHERE t0."Id" = \(.id(row.id)) AND \(condition)
            """
        ) { _ in true } ?? false
    }
}
