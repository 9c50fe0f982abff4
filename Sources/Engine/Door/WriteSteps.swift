import Records

/// What every write goes through, in this order. Nothing is skipped, whoever writes.
///
/// Before the transaction the batch was resolved against the schema as the session may see it and its values were read
/// (``BatchColumns``, ``Coercion``). Behind the last step the marks and the change log are stored, and the store commits.
enum WriteSteps {
    /// Creates or changes the rows of a set. Refused rows stay behind; what is refused for one leaves the others alone.
    static func write(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        try set.checkFields(are: transaction.schema)
        try StoredStep.load(&set, transaction)
        ConvertedStep.check(&set, transaction)
        try References.resolve(&set, transaction)
        try SharingStep.checkParents(&set, transaction.access, transaction.connection)
        LeftStep.fill(&set)
        try StampStep.set(&set, transaction)
        RequiredStep.check(&set, transaction)
        try PicklistStep.check(&set, transaction.connection)
        DuplicateRuleStep.check(&set, transaction.schema)
        try PermissionStep.check(
            &set, transaction.access, isSystem: transaction.isSystem, transaction.connection)
        try SharingRuleStep.check(&set, transaction.access, transaction.connection)
        SignInPolicyStep.check(&set)
        try PurposeStep.check(&set, transaction.access, transaction.connection)
        try RestrictedStep.check(&set, transaction)
        let duplicates = try DuplicateStep.check(&set, transaction)
        try ContactStep.check(&set, transaction)
        try ChangeStep.findSubjects(&set, transaction)
        try ApplyStep.run(&set, transaction)
        try RecordTypeField.addWhereMissing(set, transaction.schema, transaction.connection)
        try DuplicateRuleStep.renew(set, transaction.connection)
        try AccessStep.note(set, at: transaction.now, transaction.connection)
        try HistoryStep.record(set, transaction)
        try EvidenceStep.record(set, transaction)
        try SearchStep.index(set, transaction)
        ChangeStep.note(set, transaction)
        try DuplicateStep.report(duplicates, transaction)
    }

    /// Changes rows as the product itself does where a record takes another's place: no message is sent and
    /// nothing is consented to by it.
    static func rewrite(_ set: inout WriteSet, _ transaction: WriteTransaction) throws {
        try StoredStep.load(&set, transaction)
        try StampStep.set(&set, transaction)
        try ChangeStep.findSubjects(&set, transaction)
        try ApplyStep.run(&set, transaction)
        try AccessStep.note(set, at: transaction.now, transaction.connection)
        try HistoryStep.record(set, transaction)
        try SearchStep.index(set, transaction)
        ChangeStep.note(set, transaction)
    }

    /// Moves records into the bin, with everything that cannot be without them.
    static func delete(
        _ id: RecordID, precondition: Precondition? = nil, _ transaction: WriteTransaction
    ) throws {
        let row = try BinStep.liveRow(id, transaction)
        if let refusal = row.refusal(unless: precondition) { throw refusal }
        let cascade = try Cascade(from: row, transaction)
        try cascade.emptyLookups(transaction)
        try BinStep.put(cascade.rows, under: id, transaction)
        try AccessStep.note(cascade.rows, at: transaction.now, transaction.connection)
        try EvidenceStep.recordDeletion(of: cascade.rows, transaction)
        try ChangeStep.note(.delete, cascade.rows, transaction)
    }

    /// Brings back everything that went into the bin together with a record.
    static func undelete(_ id: RecordID, _ transaction: WriteTransaction) throws {
        let rows = try BinStep.batch(of: id, transaction)
        try BinStep.take(rows, under: id, transaction)
        try AccessStep.note(rows, at: transaction.now, transaction.connection)
        try ChangeStep.note(.undelete, rows, transaction)
    }

    /// Destroys a record and what is deleted with it, in the bin or not.
    static func purge(_ id: RecordID, _ transaction: WriteTransaction) throws {
        if try !BinStep.isInBin(id, transaction) { try delete(id, transaction) }
        let rows = try BinStep.batch(of: id, transaction)
        try ChangeStep.note(.purge, rows, transaction)
        try BinStep.destroy(rows, under: id, transaction)
        try AccessStep.note(rows, at: transaction.now, transaction.connection)
    }
}
