public import Records
import Store

extension Session {
    /// Makes one record of two or three that stand for the same: what refers to the others refers to the master from then
    /// on, the others go to the bin with `MasterRecordId`, and the master gets the values that were chosen.
    ///
    /// Of people, every refusal of any of them is the master's (`HasOptedOutOfEmail` and its kin), and their Individuals
    /// are merged as well, so that no consent or refusal is left with a record that nobody is asked by.
    ///
    /// - Parameters:
    ///   - master: One row with `Id`, and the fields whose values the master is to have.
    ///   - losers: One or two records of the same object.
    /// - Throws: `INVALID_OPERATION` for objects whose records are not merged and for lists that make no sense,
    ///   `INSUFFICIENT_ACCESS_OR_READONLY` without the right to edit the one and delete the others, `NOT_FOUND` and
    ///   `ENTITY_IS_DELETED` for what is not there, and what refuses an update of the master. Nothing is changed then.
    public func merge(_ master: Batch, with losers: [RecordID]) async throws -> Merged {
        guard master.rows.count == 1 else {
            throw PlatformError(.invalidOperation, "A merge has one master record, not \(master.rows.count).")
        }
        let columns = try await columns(of: master, for: .update)
        if let refusal = columns.refusal { throw refusal }
        guard columns.object.isMergeable else {
            throw PlatformError(.invalidOperation, "Records of \(columns.object.name) cannot be merged.")
        }
        guard let idPlace = columns.idPlace else {
            throw PlatformError(.missingArgument, "The master record has no Id.", fields: ["Id"])
        }
        let id = try Self.recordID(master.rows[0][idPlace]).get()
        var refusals: [PlatformError] = []
        let values = columns.read(master.rows[0], &refusals)
        if let refusal = refusals.first { throw refusal }
        try Self.check(losers, master: id, columns.object)
        let result = MergeResult()
        let outcomes = try await commit(1, .rollbackAll, likely: []) { transaction in
            let set = WriteSet(
                .update, columns,
                rows: [WriteRow(place: 0, id: id, old: nil, subject: nil, refusals: [])], values: [values]
            )
            var merge = Merge(transaction)
            do {
                try merge.run(set, losers)
            } catch let error as PlatformError where error.detail == nil {
                return [(0, .refused([error]))]
            }
            result.related = merge.related
            return [(0, .done(id: id, isCreated: false))]
        }
        if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
        return Merged(id: id, mergedRecordIDs: losers, updatedRelatedIDs: result.related)
    }

    private static func check(_ losers: [RecordID], master: RecordID, _ object: ObjectSchema) throws {
        guard (1...Merge.losersMax).contains(losers.count) else {
            throw PlatformError(
                .invalidOperation, "A merge takes one or two records into the master, not \(losers.count)."
            )
        }
        guard Set(losers).count == losers.count, !losers.contains(master) else {
            throw PlatformError(.invalidOperation, "A record can be merged once, and not with itself.", fields: ["Id"])
        }
        if let other = losers.first(where: { $0.prefix != object.keyPrefix }) {
            throw PlatformError(
                .malformedID, "\(object.label) ID: id value of incorrect type: \(other)", fields: ["Id"])
        }
    }
}

/// What a merge has done.
public struct Merged: Sendable {
    /// The master.
    public let id: RecordID
    /// What is in the bin now.
    public let mergedRecordIDs: [RecordID]
    /// Records that refer to the master and did not before.
    public let updatedRelatedIDs: [RecordID]
}

/// Handed out of the transaction, which may run again: its last run counts.
private final class MergeResult: @unchecked Sendable {
    var related: [RecordID] = []
}

extension ObjectSchema {
    /// Whether its records can be made one: the platform's accounts, contacts, leads, cases and individuals.
    public var isMergeable: Bool { field("MasterRecordId") != nil }
}
