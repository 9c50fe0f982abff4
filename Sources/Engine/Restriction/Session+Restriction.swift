import Foundation
public import Records
import Store
import Vault

extension Session {
    /// Restricts the processing of a person's data (GDPR Art. 18): all their records, with history and what lies in
    /// the bin, move into a file sealed under the person's key, and are in no table, index, count or search any more.
    ///
    /// Records of others that refer to them keep their references, which lead nowhere meanwhile. Values of unique
    /// fields stay reserved. A crash at any moment leaves the records either in the tables or in the file.
    /// - Parameters:
    ///   - person: A record of the person.
    ///   - request: The request that asked for it; ``lift(request:)`` names it again.
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` when the record is nobody's; `INVALID_OPERATION` when the person is
    ///   being erased or the request was used before.
    public func restrict(_ person: RecordID, request: RecordID) async throws -> RestrictionDeed {
        try await mustActForPersons()
        guard let root = try await subject(of: person) else { throw PlatformError.noPerson(person) }
        try await engine.settleSearch()
        return try await Restriction(engine: engine, session: self, hook: KillPoint.hook).begin(root, request: request)
    }

    /// Ends a restriction: the same rows are back, byte for byte, and the file is gone.
    /// - Throws: `INSUFFICIENT_ACCESS`; `NOT_FOUND` when no restriction of that request is in force.
    public func lift(request: RecordID) async throws -> RestrictionDeed {
        try await mustActForPersons()
        return try await Restriction(engine: engine, session: self, hook: KillPoint.hook).lift(request)
    }

    /// The person whose restricted record it is, whichever of their records; nil when it is none.
    /// - Throws: `INSUFFICIENT_ACCESS`.
    public func restrictedSubject(of record: RecordID) async throws -> RecordID? {
        try await mustActForPersons()
        let engine = engine
        return try await engine.store.read { try engine.restriction(ofRecord: record, $0)?.person }
    }

    /// The restrictions of an organisation, those that have ended as well, in the order of their beginning.
    public func restrictions() async throws -> [RestrictionDeed] {
        try await mustActForPersons()
        return try await engine.store.read { try RestrictionDeed.find("TRUE", $0) }
    }

    /// The restriction that holds a record, whichever of the person's it is; nil when none does.
    /// - Throws: `INSUFFICIENT_ACCESS`.
    public func restriction(holding record: RecordID) async throws -> RestrictionDeed? {
        try await mustActForPersons()
        return try await engine.store.read { connection in
            guard let request = try self.engine.restrictedKeys.request(ofRecord: record, connection) else { return nil }
            return try RestrictionDeed.find("request = \(.id(request))", connection).first
        }
    }
}

extension Engine {
    func restrictionFile(_ request: RecordID) -> String { "\(folder.vault)/\(request).sealed" }

    /// The restriction in force that holds a record; nil when none does.
    func restriction(ofRecord id: RecordID, _ connection: any Connection) throws -> RestrictionDeed? {
        try restrictedKeys.request(ofRecord: id, connection).flatMap { request in
            try RestrictionDeed.find("request = \(.id(request)) AND state = 'restricted'", connection).first
        }
    }

    /// After a crash: takes back what had only begun, removes files whose rows are back, and scrubs what was left.
    func resumeRestrictions() async throws {
        let deeds = try await store.read { try RestrictionDeed.find("state <> 'restricted'", $0) }
        for deed in deeds where deed.state == .moving || hasFile(deed.request) {
            // One that is under way in another process is not cut off.
            guard let hold = try? holdDeed(deed.request) else { continue }
            defer { hold.end() }
            try await takeBackRestriction(deed.request)
        }
        try await scrubRestrictions()
    }

    private func hasFile(_ request: RecordID) -> Bool {
        let file = restrictionFile(request)
        return [file, file + ".part"].contains { FileManager.default.fileExists(atPath: $0) }
    }

    /// Undoes a restriction that has only begun, and removes the file of one that is not in force. Its deed must be held.
    func takeBackRestriction(_ request: RecordID) async throws {
        let isInForce = try await store.write { connection in
            try connection.execute("DELETE FROM az_restriction WHERE request = \(.id(request)) AND state = 'moving'")
            return try !RestrictionDeed.find("request = \(.id(request)) AND state = 'restricted'", connection).isEmpty
        }
        if isInForce { return }
        try DurableFile.remove(restrictionFile(request))
        try DurableFile.remove(restrictionFile(request) + ".part")
    }

    func scrubRestrictions() async throws {
        let isDue = try await store.read { connection in
            try connection.first("SELECT 1 FROM az_restriction WHERE is_scrubbed = 0") { _ in true } ?? false
        }
        guard isDue else { return }
        try await scrubPatiently()
        try await store.write { try $0.execute("UPDATE az_restriction SET is_scrubbed = 1 WHERE is_scrubbed = 0") }
    }

    /// Scrubs as soon as the readings that began before have ended.
    func scrubPatiently() async throws {
        var attempts = 0
        while true {
            do { return try await store.scrub() } catch let error as PlatformError where error.code == .unableToLockRow
            {
                attempts += 1
                guard attempts < 50 else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
