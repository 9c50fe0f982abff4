import Foundation
public import Records

/// An act that can be proven later: what was done, when, by whom, to what. Never personal data.
///
/// People appear by record id, and what must be provable about their data appears as a salted commitment
/// (``Commitment``), so that the evidence log itself has nothing to erase.
public struct Evidence: Sendable {
    /// Kinds of acts; a closed set behind static members.
    public struct Kind: Hashable, Sendable {
        let name: String
        public static let consent = Kind(name: "consent")
        public static let request = Kind(name: "request")
        public static let approval = Kind(name: "approval")
        public static let restriction = Kind(name: "restriction")
        public static let lifting = Kind(name: "lifting")
        public static let erasure = Kind(name: "erasure")
        public static let export = Kind(name: "export")
        public static let schemaChange = Kind(name: "schema-change")
        /// Tenant secrets, and which fields are sealed under them.
        public static let keys = Kind(name: "keys")
        public static let access = Kind(name: "access-rights")
    }

    public var kind: Kind
    public var at: Instant
    /// Who did it.
    public var actor: RecordID
    /// What it was done to; nil for the organisation as a whole.
    public var subject: RecordID?
    /// Further facts by name: counts, record ids, commitments, hashes.
    public var facts: [String: Fact]

    public init(_ kind: Kind, at: Instant, by actor: RecordID, to subject: RecordID?, facts: [String: Fact]) {
        self.kind = kind
        self.at = at
        self.actor = actor
        self.subject = subject
        self.facts = facts
    }

    /// A fact of an act.
    public indirect enum Fact: Sendable, Encodable {
        case text(String)
        case count(Int)
        case list([Fact])
        case group([String: Fact])

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .count(let count): try container.encode(count)
            case .list(let list): try container.encode(list)
            case .group(let group): try container.encode(group)
            }
        }
    }

    /// The entry of the log: JSON with sorted keys and without white space (RFC 8785 for what occurs here: texts,
    /// whole numbers, lists and groups).
    func entry() throws -> String {
        var all = facts
        all["kind"] = .text(kind.name)
        all["at"] = .text(at.description)
        all["actor"] = .text(actor.description)
        if let subject { all["subject"] = .text(subject.description) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(all), as: UTF8.self)
    }
}
