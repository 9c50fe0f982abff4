/// What a guess at a password costs.
public struct ScryptParameters: Equatable, Sendable {
    /// The binary logarithm of the number of rounds.
    public let logRounds: Int
    public let blockSize: Int
    public let parallelism: Int

    /// 32 MiB and three passes: OWASP's choice for servers on which many may sign in at once.
    public static let standard = ScryptParameters(logRounds: 15, blockSize: 8, parallelism: 3)

    /// Bounded, so that a tampered row of the database cannot make a sign-in eat the machine.
    public init(logRounds: Int, blockSize: Int, parallelism: Int) {
        precondition((1...20).contains(logRounds) && (1...32).contains(blockSize) && (1...16).contains(parallelism))
        self.logRounds = logRounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// `ln=15,r=8,p=3`; nil for another form or numbers out of bounds.
    init?(_ text: String) {
        var numbers: [Int] = []
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        for (part, name) in zip(parts, ["ln=", "r=", "p="]) {
            guard part.hasPrefix(name), let number = Int(part.dropFirst(name.count)) else { return nil }
            numbers.append(number)
        }
        guard (1...20).contains(numbers[0]), (1...32).contains(numbers[1]), (1...16).contains(numbers[2]) else {
            return nil
        }
        self.init(logRounds: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }

    var text: String { "ln=\(logRounds),r=\(blockSize),p=\(parallelism)" }
}
