import AzukariTesting
import Engine
import Foundation
import Records
import Testing

@testable import azukari

/// The real and made input beside the checkout.
enum SharedData {
    /// `../shared/data` as seen from the package's root.
    static let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/data").path

    static var isThere: Bool { FileManager.default.fileExists(atPath: path + "/generate.py") }

    /// Runs the generator and gives `body` its folder, which is gone afterwards.
    static func withGenerated<T>(_ arguments: String..., body: (String) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "azukari-data-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // Not by Foundation's Process, which has crashed when tests beside each other ran it at the same moment.
        let words = ["python3", path + "/generate.py", "--out", folder] + arguments
        let python = try #require(popen(words.map { "'\($0)'" }.joined(separator: " "), "r"))
        #expect(pclose(python) == 0)
        return try await body(folder)
    }
}

extension Load {
    /// A load as `azukari load … --add-fields --yes` makes it, its results file in a folder for temporary files.
    static func test(
        _ path: String, object: String? = nil, mapping: Mapping = .none, upsert: String? = nil,
        results: String? = nil, skipsMissing: Bool = false, in session: Session
    ) async throws -> [StepResult] {
        let results = results ?? FileManager.default.temporaryDirectory.appending(path: "azukari-\(UUID()).csv").path
        return try await Load(
            path: path, object: object, mapping: mapping, csv: CSVOptions(), skipsMissing: skipsMissing,
            addsFields: true, upsertField: upsert, results: results, showsProgress: false
        ).run(in: session, confirm: { _ in true }, tell: { _ in })
    }
}

extension Session {
    func count(of object: String) async throws -> Int {
        try await page("SELECT count() FROM \(object)", size: 1, deleted: .without).totalSize
    }
}
