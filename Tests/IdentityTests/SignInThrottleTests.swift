import Records
import Testing

@testable import Identity

struct SignInThrottleTests {
    private let start = Instant(milliseconds: 1_790_000_000_000)

    @Test func `three failures are forgiven and then the delays double`() {
        var throttle = SignInThrottle()
        for _ in 0..<3 { throttle.failed(user: "aiko", address: "192.0.2.1", at: start) }
        #expect(throttle.allows(user: "aiko", address: "192.0.2.1", at: start))
        var now = start
        for seconds: Int64 in [1, 2, 4, 8] {
            throttle.failed(user: "aiko", address: "192.0.2.1", at: now)
            #expect(
                !throttle.allows(user: "aiko", address: "192.0.2.1", at: now.adding(milliseconds: seconds * 1000 - 1)))
            now = now.adding(seconds: seconds)
            #expect(throttle.allows(user: "aiko", address: "192.0.2.1", at: now))
        }
    }

    @Test func `a stranger at another address does not lock the user out`() {
        var throttle = SignInThrottle()
        for _ in 0..<19 { throttle.failed(user: "aiko", address: "198.51.100.7", at: start) }
        #expect(!throttle.allows(user: "aiko", address: "198.51.100.7", at: start))
        #expect(throttle.allows(user: "aiko", address: "192.0.2.1", at: start))
    }

    @Test func `one address that tries many users is slowed down`() {
        var throttle = SignInThrottle()
        for number in 0..<21 { throttle.failed(user: "user\(number)", address: "198.51.100.7", at: start) }
        #expect(!throttle.allows(user: "somebody else", address: "198.51.100.7", at: start))
    }

    @Test func `the name is compared without case and a success clears it`() {
        var throttle = SignInThrottle()
        for _ in 0..<5 { throttle.failed(user: "Aiko", address: "192.0.2.1", at: start) }
        #expect(!throttle.allows(user: "AIKO", address: "192.0.2.1", at: start))
        throttle.succeeded(user: "aiko", address: "192.0.2.1")
        #expect(throttle.allows(user: "Aiko", address: "192.0.2.1", at: start))
    }

    @Test func `the delay never passes a quarter of an hour and a day of peace forgets all`() {
        var throttle = SignInThrottle()
        for _ in 0..<40 { throttle.failed(user: "aiko", address: "a", at: start) }
        #expect(throttle.allows(user: "aiko", address: "a", at: start.adding(seconds: 900)))
        let later = start.adding(seconds: 90_000)
        throttle.failed(user: "aiko", address: "a", at: later)
        #expect(throttle.allows(user: "aiko", address: "a", at: later))
    }

    @Test func `memory is bounded`() {
        var throttle = SignInThrottle()
        for number in 0..<(SignInThrottle.recordsMax + 10) {
            throttle.failed(user: "u\(number)", address: "a\(number)", at: start.adding(milliseconds: Int64(number)))
        }
        #expect(throttle.count <= SignInThrottle.recordsMax + 2)
    }
}
