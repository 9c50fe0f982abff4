import Engine
import Records

extension ErasurePolicy {
    /// The policy in one line, as the step of the approval keeps it: `Case=anonymise; Contract=keep legalDuty until
    /// 2036-03-31`. What is not named is deleted.
    var text: String {
        actions.sorted { $0.key < $1.key }.compactMap { object, action in
            switch action {
            case .delete: nil
            case .anonymise: "\(object)=anonymise"
            case .keep(let ground, let until): "\(object)=keep \(ground)\(until.map { " until \($0)" } ?? "")"
            }
        }.joined(separator: "; ")
    }

    /// Reads ``text`` back.
    /// - Throws: `INVALID_OPERATION` for what is none: nobody's approval is guessed at.
    init(text: String) throws {
        var actions: [String: Action] = [:]
        for part in text.split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1)
            let words = sides.last?.split(separator: " ") ?? []
            guard sides.count == 2, let object = sides[0].split(separator: " ").first else { throw Self.unreadable }
            switch (words.first, words.count) {
            case ("anonymise", 1): actions[String(object)] = .anonymise
            case ("keep", 2): actions[String(object)] = .keep(ground: String(words[1]), until: nil)
            case ("keep", 4) where words[2] == "until" && Day(words[3]) != nil:
                actions[String(object)] = .keep(ground: String(words[1]), until: String(words[3]))
            default: throw Self.unreadable
            }
        }
        self.init(actions: actions)
    }

    /// Whether its grounds can be written and read back.
    func check() throws {
        guard try ErasurePolicy(text: text).text == text else { throw Self.unreadable }
    }

    private static let unreadable = PlatformError(
        .invalidOperation,
        "The approved plan of the erasure cannot be read. Grounds are single words, and days are like 2036-03-31."
    )
}
