import Foundation
import Store

/// A database that the tests of storage run on.
enum Driver: CaseIterable, Sendable {
    case sqlite

    /// Runs `body` with a fresh, empty store in a folder of its own, which is gone afterwards.
    func withStore(readers: Int = 2, spare: Int = 0, _ body: (any Store, URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "azukari-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store: any Store =
            switch self {
            case .sqlite:
                try SQLiteStore.open(
                    path: folder.appending(path: "test.sqlite").path, readers: readers, spare: spare
                )
            }
        do {
            try await body(store, folder)
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }
}
