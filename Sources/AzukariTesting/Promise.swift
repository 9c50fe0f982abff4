public import Testing

/// Says which promise of `docs/promises.md` a test proves: `@Test(.promise(17))`. `script/lint` lists those without.
public struct Promise: TestTrait, SuiteTrait {
    /// As the document numbers them.
    public let number: Int

    public var comments: [Comment] { ["promise \(number)"] }
}

extension Trait where Self == Promise {
    /// See ``Promise``.
    public static func promise(_ number: Int) -> Promise { Promise(number: number) }
}
