public import Engine
import Foundation

/// Runs `body` with a fresh organisation in a folder of its own, which is gone afterwards.
///
/// - Parameter body: Gets the open engine and the path of its folder.
public func withOrganisation<T>(
    named name: String = "Test", language: String = "en", timeZone: String = "Asia/Tokyo",
    clock: TestClock = TestClock(),
    _ body: (Engine, String) async throws -> T
) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "azukari-test-\(UUID().uuidString)").path
    let database = try TestDatabase()
    defer {
        try? FileManager.default.removeItem(atPath: folder)
        database.drop()
    }
    let engine = try await Engine.create(
        folder: folder,
        organisation: NewOrganisation(
            name: name, defaultLanguage: language, timeZone: timeZone, database: database.settings),
        environment: clock.environment
    )
    do {
        let result = try await body(engine, folder)
        await engine.close()
        return result
    } catch {
        await engine.close()
        throw error
    }
}
