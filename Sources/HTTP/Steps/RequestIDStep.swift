import Hummingbird
import Records
import Synchronization

/// Gives the request an id, which goes into the answer and every line of the log.
struct RequestIDStep {
    /// Counts on from a random number: a request costs no call to the system's generator.
    private let ids: Counter

    init(environment: Records.Environment) {
        let start = environment.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        ids = Counter(start)
    }

    private final class Counter: Sendable {
        private let next: Atomic<UInt64>
        init(_ start: UInt64) { next = Atomic(start) }
        func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    func mark(_ context: inout EdgeContext, _ request: Request) {
        context.requestID = Self.hex(ids.take())
        context.language = Self.language(request.headers.only(.acceptLanguage))
    }

    /// Sixteen digits.
    private static func hex(_ number: UInt64) -> String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 16) { out in
            for place in 0..<16 { out[place] = digits.utf8Start[Int(number >> UInt64(60 - place * 4) & 15)] }
            return 16
        }
    }

    /// The first of the languages we have that the header names; English when it names neither.
    private static func language(_ header: String?) -> String {
        guard let header else { return "en" }
        for part in header.split(separator: ",") {
            let tag = part.trimmingSpaces().lowercased()
            if tag.hasPrefix("ja") { return "ja" }
            if tag.hasPrefix("en") { return "en" }
        }
        return "en"
    }
}
