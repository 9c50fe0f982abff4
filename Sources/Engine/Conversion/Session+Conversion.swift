public import Records
import Store

extension Session {
    /// Makes an account, a contact and an opportunity of a lead, or adds it to those that are there. What refers to the
    /// lead refers to the contact from then on, where it can; refusals and consents go along. The lead is closed to
    /// further changes.
    ///
    /// - Throws: `CANNOT_UPDATE_CONVERTED_LEAD` when it was converted before, `INVALID_STATUS` for a status that the
    ///   organisation does not have, `INSUFFICIENT_ACCESS_OR_READONLY` without the right to change the lead and to create
    ///   what is made of it, `NOT_FOUND`, and what refuses the records. Nothing is changed then.
    public func convert(_ conversion: LeadConversion) async throws -> ConvertedLead {
        let schema = try await read { try self.engine.schema.current(on: $0) }
        var ids: [String: RecordID] = [:]
        for object in ["Account", "Contact", "Opportunity"].compactMap({ schema.object($0) }) {
            ids[object.name] = try await engine.sequences.ids(1, of: object)[0]
        }
        let (new, result) = (ids, ConversionResult())
        let outcomes = try await commit(1, .rollbackAll, likely: []) { transaction in
            do {
                result.converted = try Conversion(conversion, new, transaction).run()
            } catch let error as PlatformError where error.detail == nil {
                return [(0, .refused([error]))]
            }
            return [(0, .done(id: conversion.lead, isCreated: false))]
        }
        if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
        guard let converted = result.converted else {
            throw PlatformError(.unknownException, "The conversion had no outcome.")
        }
        return converted
    }
}

/// Handed out of the transaction, which may run again: its last run counts.
private final class ConversionResult: @unchecked Sendable {
    var converted: ConvertedLead?
}
