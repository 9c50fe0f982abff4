/// Time and chance, handed in, so that a seed and a clock replay a run exactly.
public struct Environment: Sendable {
    /// The moment now.
    public let now: @Sendable () -> Instant
    /// As many random bytes as asked. Keys are made by the crypto library, not here.
    public let randomBytes: @Sendable (Int) -> [UInt8]

    public init(now: @escaping @Sendable () -> Instant, randomBytes: @escaping @Sendable (Int) -> [UInt8]) {
        self.now = now
        self.randomBytes = randomBytes
    }
}
