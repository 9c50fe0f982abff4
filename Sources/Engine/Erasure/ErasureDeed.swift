import Foundation
public import Records
import Store

/// An erasure, and how far it has come.
public struct ErasureDeed: Sendable {
    public let request: RecordID
    public let person: RecordID
    public let state: State
    public let began: Instant
    /// When the certificate was issued; nil until then.
    public let ended: Instant?
    /// The place of the entry in the evidence log; nil until it is there.
    public let evidencePosition: Int?
    /// Own records that were deleted, anonymised or kept, and places in others' records that were redacted.
    public let deletedCount: Int
    public let anonymisedCount: Int
    public let keptCount: Int
    public let redactedCount: Int
    public let keysDestroyed: Int

    /// The steps, in their order; each names what has been done. What lies between `recordsErased` and `proven` is noted
    /// together with the latter.
    public enum State: String, Sendable, CaseIterable {
        case noted, recordsErased, filesRemoved, keysDestroyed, scrubbed, proven, certified
    }
}

/// What an erasure must remember from step to step. Ids, counts and commitments: never the person's data.
struct ErasureFacts: Codable, Sendable {
    /// Whose keys are destroyed.
    var subjects: [Int64] = []
    /// Records that may once have had a key of their own: before they had an Individual, or were merged. Their keys are
    /// destroyed as well, and not counted: most never had one.
    var formerSubjects: [Int64]?
    /// Files of the person, relative to the folder.
    var files: [String] = []
    /// `Contact`: how many of each object.
    var deleted: [String: Int] = [:]
    var anonymised: [String: Int] = [:]
    var kept: [String: Kept] = [:]
    /// `Case.Description`: how many fragments.
    var redacted: [String: Int] = [:]
    var commitments: [String] = []
    /// Until the certificate holds it.
    var salt: [UInt8]?
    var keysDestroyed = 0

    struct Kept: Codable, Sendable {
        var count: Int
        var ground: String
        var until: String?
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    init() {}

    init(json: String) throws { self = try JSONDecoder().decode(ErasureFacts.self, from: Data(json.utf8)) }

    /// As the evidence log keeps them.
    var evidence: [String: Evidence.Fact] {
        func group(_ counts: [String: Int]) -> Evidence.Fact { .group(counts.mapValues { .count($0) }) }
        return [
            "deleted": group(deleted), "anonymised": group(anonymised), "redacted": group(redacted),
            "kept": .group(
                kept.mapValues { kept in
                    .group([
                        "count": .count(kept.count), "ground": .text(kept.ground), "until": .text(kept.until ?? ""),
                    ])
                }
            ),
            "keysDestroyed": .count(keysDestroyed), "filesRemoved": .count(files.count),
            "commitments": .list(commitments.map { .text($0) }),
        ]
    }
}

/// The row of an erasure.
struct ErasureRow: Sendable {
    var request: RecordID
    var person: RecordID
    var by: RecordID
    var state: ErasureDeed.State
    var policy: ErasurePolicy
    var facts: ErasureFacts
    var position: Int?
    var began: Instant
    var ended: Instant?

    static func find(_ condition: SQL, _ connection: any Connection) throws -> [ErasureRow] {
        try connection.all(
            """
            SELECT request, person, "by", state, plan, facts, position, at, ended FROM az_erasure
            WHERE \(condition) ORDER BY at, request
            """
        ) { row in
            ErasureRow(
                request: RecordID(rawValue: row.int64(0)), person: RecordID(rawValue: row.int64(1)),
                by: RecordID(rawValue: row.int64(2)), state: ErasureDeed.State(rawValue: row.string(3)) ?? .noted,
                policy: try JSONDecoder().decode(ErasurePolicy.self, from: Data(row.string(4).utf8)),
                facts: try ErasureFacts(json: row.string(5)), position: row.isNull(6) ? nil : Int(row.int64(6)),
                began: Instant(milliseconds: row.int64(7)),
                ended: row.isNull(8) ? nil : Instant(milliseconds: row.int64(8))
            )
        }
    }

    func insert(_ connection: any Connection) throws {
        let plan = String(decoding: try JSONEncoder().encode(policy), as: UTF8.self)
        try connection.execute(
            """
            INSERT INTO az_erasure (request, person, "by", state, plan, facts, at) VALUES (\(.id(request)), \
            \(.id(person)), \(.id(by)), \(.text(state.rawValue)), \(.text(plan)), \(.text(try facts.json())), \
            \(.datetime(began)))
            """
        )
        try note(state, at: began, connection)
    }

    /// Notes what has been done; in the transaction that did it.
    func advance(_ connection: any Connection, at now: Instant) throws {
        try connection.execute(
            """
            UPDATE az_erasure SET state = \(.text(state.rawValue)), facts = \(.text(try facts.json())), \
            position = \(position.map { .integer(Int64($0)) } ?? .null), \
            ended = \(ended.map { .datetime($0) } ?? .null) WHERE request = \(.id(request))
            """
        )
        try note(state, at: now, connection)
    }

    /// Notes when a step ended.
    func note(_ state: ErasureDeed.State, at moment: Instant, _ connection: any Connection) throws {
        let place = ErasureDeed.State.allCases.firstIndex(of: state) ?? 0
        try connection.execute(
            """
            INSERT INTO az_erasure_step (request, position, name, at) VALUES (\(.id(request)), \
            \(.integer(Int64(place))), \(.text(state.rawValue)), \(.datetime(moment))) ON CONFLICT DO NOTHING
            """
        )
    }

    var deed: ErasureDeed {
        func sum(_ counts: [String: Int]) -> Int { counts.values.reduce(0, +) }
        return ErasureDeed(
            request: request, person: person, state: state, began: began, ended: ended, evidencePosition: position,
            deletedCount: sum(facts.deleted), anonymisedCount: sum(facts.anonymised),
            keptCount: facts.kept.values.map(\.count).reduce(0, +), redactedCount: sum(facts.redacted),
            keysDestroyed: facts.keysDestroyed
        )
    }
}
