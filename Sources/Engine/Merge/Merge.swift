import Records
import Store

/// A merge on the writer's thread: parents first (the Individuals of people), then what refers to the losers, the losers
/// themselves, and last the master, which may then take a unique value of theirs.
struct Merge {
    private let transaction: WriteTransaction
    private let rewrite: Rewrite
    /// Records that refer to a master and did not before.
    private(set) var related: [RecordID] = []

    /// As many as the platform merges at once.
    static let losersMax = 2

    init(_ transaction: WriteTransaction) {
        self.transaction = transaction
        rewrite = Rewrite(transaction)
    }

    private var connection: any Connection { transaction.connection }

    /// - Parameter master: The one row of the master, with its new values.
    mutating func run(_ master: WriteSet, _ losers: [RecordID]) throws {
        var master = master
        try StoredStep.load(&master, transaction)
        if let refusal = master.rows[0].refusals.first { throw refusal }
        let rows = try losers.map { try BinStep.liveRow($0, isProducts: master.isProducts, transaction) }
        try mergeIndividuals(of: rows, into: &master)
        keepRefusals(of: rows, in: &master)
        for row in rows { try moveChildren(of: row, to: master.rows[0].id) }
        for row in rows { try put(row, under: master.rows[0].id) }
        try WriteSteps.write(&master, transaction)
        if let refusal = master.rows[0].refusals.first { throw refusal }
    }

    /// Contacts that are one person have one Individual: the master's, or the first that any of them has.
    private mutating func mergeIndividuals(of losers: [StoredRow], into master: inout WriteSet) throws {
        guard let field = master.object.field("IndividualId") else { return }
        let theirs = losers.compactMap { $0[field.name].id }
        guard let kept = master.value(field.name, of: 0).id ?? theirs.first,
            let column = master.addColumn(field.name)
        else { return }
        master.cells.set(.id(kept), 0, column)
        var before: Set<RecordID> = [kept]
        let others = ([master.rows[0].old?[master.object.index(of: field.name) ?? 0].id] + theirs)
            .compactMap { $0 }.filter { before.insert($0).inserted }
        try merge(others, into: kept)
    }

    /// Individuals of one person become one.
    mutating func merge(_ others: [RecordID], into kept: RecordID) throws {
        guard !others.isEmpty, let individual = transaction.schema.object(of: kept) else { return }
        try run(try rewrite.change([kept], of: individual), others)
    }

    /// A refusal that any of them gave is kept, whatever values were chosen: it is lifted by the person, not by a merge.
    private func keepRefusals(of losers: [StoredRow], in master: inout WriteSet) {
        for field in master.object.fields where Self.isRefusal(field) {
            let before = master.object.index(of: field.name).flatMap { master.rows[0].old?[$0].boolean } ?? false
            guard before || losers.contains(where: { $0[field.name].boolean == true }),
                let column = master.addColumn(field.name)
            else { continue }
            master.cells.set(.boolean(true), 0, column)
        }
    }

    private static func isRefusal(_ field: Field) -> Bool {
        field.type == .boolean
            && (field.name.hasPrefix("HasOptedOut") || field.name == "DoNotCall" || field.name == "ShouldForget")
    }

    private mutating func moveChildren(of loser: StoredRow, to master: RecordID) throws {
        for child in transaction.schema.children(of: loser.object) {
            let found = try children(child, of: loser.id)
            guard related.count + found.count <= Cascade.rowsMax else {
                throw PlatformError(
                    .operationTooLarge, "More than \(Cascade.rowsMax) records refer to \(loser.id). Move some first."
                )
            }
            for (id, _) in found.filter(\.isDeleted) { try moveDeleted(id, child, to: master) }
            let live = found.filter { !$0.isDeleted && $0.id != master }.map(\.id)
            try rewrite.set([(child.field.name, .id(master))], in: live, of: child.child)
            // The master does not become its own parent.
            if found.contains(where: { $0.id == master }) {
                try rewrite.set([(child.field.name, .null)], in: [master], of: child.child)
            }
            related += found.map(\.id)
        }
        transaction.subjects.forget()
    }

    /// A record in the bin comes back, if it does, as the master's. Nothing else of it changes.
    private func moveDeleted(_ id: RecordID, _ child: ChildRelationship, to master: RecordID) throws {
        let column = Identifier(child.field.name)
        let parent = Value.id(master)
        try connection.execute(
            """
            UPDATE \(identifier: Identifier(child.child.name)) SET \(identifier: column) = \(parent) \
            WHERE "Id" = \(.id(id))
            """
        )
        transaction.subjects.forget()
        transaction.note(
            Change(
                kind: .update, object: child.child, record: id, subject: try transaction.subjects.root(of: id),
                fields: [child.field], values: [parent]
            )
        )
    }

    private func children(
        _ child: ChildRelationship, of parent: RecordID
    ) throws -> [(id: RecordID, isDeleted: Bool)] {
        try connection.all(
            """
            SELECT "Id", "IsDeleted" FROM \(identifier: Identifier(child.child.name)) \
            WHERE \(identifier: Identifier(child.field.name)) = \(.id(parent)) ORDER BY "Id"
            """
        ) { (RecordID(rawValue: $0.int64(0)), $0.int64(1) != 0) }
    }

    /// The loser goes to the bin as the master's: whoever is erased, is erased with it.
    private func put(_ loser: StoredRow, under master: RecordID) throws {
        guard let stored = try connection.storedRows([loser.id], of: loser.object).first,
            let field = loser.object.field("MasterRecordId")
        else { return }
        try connection.execute(
            """
            UPDATE \(identifier: Identifier(loser.object.name)) \
            SET \(identifier: Identifier(field.name)) = \(.id(master)) WHERE "Id" = \(.id(loser.id))
            """
        )
        if loser.object.isPerson {
            try MergedRecords.note(loser.id, in: master, connection)
        }
        transaction.subjects.forget()
        transaction.note(
            Change(
                kind: .update, object: loser.object, record: loser.id,
                subject: try transaction.subjects.root(of: loser.id), fields: [field], values: [.id(master)]
            )
        )
        try BinStep.put([stored], under: loser.id, transaction)
        try ChangeStep.note(.delete, [stored], transaction)
    }
}
