import Foundation
import Testing

@testable import Engine

struct HoldTests {
    @Test func `a hold is one's own, however often it is taken and ended by several`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "azukari-hold-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/x.lock"
        let inside = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5_000 {
                        guard let hold = try? DeedHold(path: path) else { continue }
                        inside.enter()
                        inside.leave()
                        hold.end()
                    }
                }
            }
        }
        #expect(inside.entries > 0 && inside.most == 1)
    }

    /// How many are inside at the same time.
    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var count = 0
        private(set) var most = 0
        private(set) var entries = 0

        func enter() {
            lock.lock()
            defer { lock.unlock() }
            count += 1
            entries += 1
            most = max(most, count)
        }

        func leave() {
            lock.lock()
            defer { lock.unlock() }
            count -= 1
        }
    }
}
