import Foundation
import Records

/// Files on disk that hold a person's data in clear or are named after them: packages, exports, uploads of jobs.
struct PersonFiles {
    let folder: OrganisationFolder

    /// Paths relative to the organisation's folder.
    func find(_ trace: Trace) throws -> [String] {
        let ids = trace.records.map(\.id.description)
        let identifiers = trace.identifiers.emails + trace.identifiers.phones
        // Rows of jobs name their records by either form of the id; the longer begins with the shorter.
        let needles = (identifiers + trace.records.map(\.id.text15)).map { Data($0.utf8) }
        var found: [String] = []
        for part in [folder.exports, folder.files, folder.jobs] {
            for case let path as String in FileManager.default.enumerator(atPath: part) ?? .init() {
                let url = URL(filePath: part + "/" + path)
                guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
                let isNamed = ids.contains { path.contains($0) }
                if try isNamed || holds(needles, url) {
                    found.append(String(url.path.dropFirst(folder.path.count + 1)))
                }
            }
        }
        return found
    }

    func remove(_ paths: [String]) throws {
        for path in paths { try DurableFile.remove(folder.path + "/" + path) }
    }

    /// Mapped, not read: an export may be as long as the database.
    private func holds(_ needles: [Data], _ url: URL) throws -> Bool {
        let data = try Data(contentsOf: url, options: .alwaysMapped)
        return needles.contains { data.firstRange(of: $0) != nil }
    }
}
