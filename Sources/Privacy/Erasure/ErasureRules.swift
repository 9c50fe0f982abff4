import Engine
import Foundation
import Records

/// What an erasure does unless the officer decides otherwise: read from a file. The person's own records are deleted,
/// texts of others are redacted, and what a law demands to be kept is kept until its day (Art. 17(3)(b)).
struct ErasureRules: Sendable {
    private let file: File

    private struct File: Sendable, Decodable {
        let anonymise: [String]
        let keep: [Keep]
    }

    private struct Keep: Sendable, Decodable {
        let object: String
        /// A ground of the law file, such as `legalDuty`.
        let ground: String
        let years: Int
        /// The fields whose date the years are counted from: the first that the record has.
        let from: [String]
    }

    /// The rules that came with the product.
    static func standard() throws -> ErasureRules {
        guard let file = Bundle.module.url(forResource: "Resources/erasure-policy", withExtension: "json") else {
            throw PlatformError(
                .invalidOperation, "The file erasure-policy.json is not there. Install the program again.")
        }
        return try ErasureRules(json: Data(contentsOf: file))
    }

    init(json: Data) throws {
        do {
            file = try JSONDecoder().decode(File.self, from: json)
        } catch {
            throw PlatformError(.invalidOperation, "The file erasure-policy.json cannot be used.", detail: "\(error)")
        }
    }

    /// The policy for one person's records.
    ///
    /// The day until which an object is kept is that of its youngest record, since a policy is by object. Once it has
    /// passed there is no ground left, and the records are deleted.
    /// - Parameter records: The person's own records, by object.
    func policy(
        for records: [String: [RecordID]], today: Day, _ session: Session
    ) async throws -> ErasurePolicy {
        var actions: [String: ErasurePolicy.Action] = [:]
        for object in file.anonymise { actions[object] = .anonymise }
        let schema = try await session.schema()
        for keep in file.keep {
            guard let ids = records[keep.object], let object = schema.object(keep.object) else { continue }
            let retention = HoldingRules.Retention(years: keep.years, from: keep.from)
            let until = try await Holdings(session).until(retention, object, ids)
            if let until, until < today { continue }
            actions[keep.object] = .keep(ground: keep.ground, until: until?.description)
        }
        return ErasurePolicy(actions: actions)
    }
}
