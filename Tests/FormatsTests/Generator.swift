import Testing

/// A generator of numbers that a seed replays (SplitMix64).
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A text of the characters on which formats trip.
    mutating func text(charactersMax: Int) -> String {
        let pieces = [
            "a", "b", "0", " ", ",", ";", "\t", "|", "^", "`", "\"", "\"\"", "\n", "\r", "\r\n", "'", "=", "-", "佐藤",
            "é", "👩‍👩‍👧",
            "\u{FEFF}", "\u{1}", "\\", "/", "<", "&", "\u{3000}", "#N/A", "\u{7F}",
        ]
        let count = Int.random(in: 0...charactersMax, using: &self)
        return (0..<count).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }
}
