import Foundation
import Records

/// Why each object is held: read from a file, so that the organisation's lawyer can change it and no program must.
struct HoldingRules: Sendable {
    private let rules: [String: Rule]

    struct Rule: Sendable, Decodable {
        let objects: [String]
        let purpose: [String: String]
        /// A legal basis of GDPR Art. 6(1).
        let basis: LegalBasis
        let article: String
        let retention: Retention
    }

    struct Retention: Sendable, Decodable {
        let years: Int
        /// The fields whose date it is counted from: the first that the record has.
        let from: [String]

        /// The last day on which the record is held; nil while it has none of the dates.
        func until(_ date: (String) -> Value) -> Day? {
            for field in from {
                switch date(field) {
                case .date(let day): return day.adding(months: years * 12)
                case .datetime(let instant): return instant.day.adding(months: years * 12)
                default: continue
                }
            }
            return nil
        }
    }

    /// The rules that came with the product.
    static func standard() throws -> HoldingRules {
        guard let file = Bundle.module.url(forResource: "Resources/holding", withExtension: "json") else {
            throw PlatformError(.invalidOperation, "The file holding.json is not there. Install the program again.")
        }
        return try HoldingRules(json: Data(contentsOf: file))
    }

    init(json: Data) throws {
        struct File: Decodable { let objects: [Rule] }
        do {
            let file = try JSONDecoder().decode(File.self, from: json)
            rules = Dictionary(file.objects.flatMap { rule in rule.objects.map { ($0, rule) } }) { first, _ in first }
        } catch {
            throw PlatformError(.invalidOperation, "The file holding.json cannot be used.", detail: "\(error)")
        }
    }

    /// Nil where nobody has said why: that is shown as it is.
    func rule(of object: String) -> Rule? { rules[object] }
}

/// The bases on which data may lawfully be processed (GDPR Art. 6(1)(a)–(f)).
public enum LegalBasis: String, Sendable, Decodable, CaseIterable {
    case consent, contract, legalObligation, vitalInterests, publicTask, legitimateInterests

    /// As people read it: `ja`, or else English.
    public func label(_ language: String) -> String {
        switch self {
        case .consent: language == "ja" ? "同意" : "Consent"
        case .contract: language == "ja" ? "契約の履行" : "Contract"
        case .legalObligation: language == "ja" ? "法的義務" : "Legal obligation"
        case .vitalInterests: language == "ja" ? "生命に関する利益" : "Vital interests"
        case .publicTask: language == "ja" ? "公共の任務" : "Public task"
        case .legitimateInterests: language == "ja" ? "正当な利益" : "Legitimate interests"
        }
    }
}
