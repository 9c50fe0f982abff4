import Foundation
import Records
import Store

/// Files on disk that hold a person's data in clear or are named after them: packages, exports, rows of bulk jobs.
struct PersonFiles {
    let folder: OrganisationFolder

    /// Paths relative to the organisation's folder.
    func find(_ trace: Trace) throws -> [String] {
        try find(trace, in: [folder.exports, folder.files, folder.jobs])
    }

    /// Only those of bulk jobs.
    func findInJobs(_ trace: Trace) throws -> [String] { try find(trace, in: [folder.jobs]) }

    func remove(_ paths: [String]) throws {
        for path in paths { try DurableFile.remove(folder.path + "/" + path) }
    }

    /// Ends the bulk jobs whose files are among these: what is left of them would bring the person in again, or cannot be read
    /// any more.
    static func endJobs(of paths: [String], at now: Instant, _ connection: any Connection) throws {
        let jobs = Set(
            paths.compactMap { path -> RecordID? in
                let parts = path.split(separator: "/")
                return parts.count == 3 && parts[0] == "jobs" ? RecordID(parts[1]) : nil
            })
        for job in jobs { try JobTables.abort(job, at: now, connection) }
    }

    private func find(_ trace: Trace, in parts: [String]) throws -> [String] {
        let ids = trace.records.map(\.id.description)
        // Rows of jobs name their records by either form of the id; the longer begins with the shorter.
        let needles = Needles(
            trace.identifiers.emails + trace.identifiers.phones + trace.records.map(\.id.text15))
        var found: [String] = []
        for part in parts {
            for case let path as String in FileManager.default.enumerator(atPath: part) ?? .init() {
                let url = URL(filePath: part + "/" + path)
                guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
                let isNamed = ids.contains { path.contains($0) }
                // Mapped, not read: an export may be as long as the database.
                if try isNamed || needles.areIn(Data(contentsOf: url, options: .alwaysMapped)) {
                    found.append(String(url.path.dropFirst(folder.path.count + 1)))
                }
            }
        }
        return found
    }
}

/// Texts that are looked for all at once, in one pass, without regard to the case of Latin letters. Those of fewer than four bytes
/// would be found everywhere, and are not looked for.
struct Needles {
    private let needles: [UInt16: [[UInt8]]]
    /// Whether a needle begins with four bytes of that hash.
    private let begins: [Bool]

    init(_ texts: [String]) {
        var needles: [UInt16: [[UInt8]]] = [:]
        var begins = [Bool](repeating: false, count: 1 << 16)
        for text in Set(texts) {
            let bytes = text.utf8.map { $0 | 0x20 }
            guard bytes.count >= 4 else { continue }
            let hash = bytes.withUnsafeBytes { Self.hash($0.loadUnaligned(as: UInt32.self)) }
            needles[hash, default: []].append(bytes)
            begins[Int(hash)] = true
        }
        self.needles = needles
        self.begins = begins
    }

    /// Whether one of them is in these bytes.
    func areIn(_ data: Data) -> Bool {
        guard data.count >= 4, !needles.isEmpty else { return false }
        return data.withUnsafeBytes { bytes in
            begins.withUnsafeBufferPointer { begins in
                for place in 0...(bytes.count - 4) {
                    let hash = Self.hash(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self) | 0x2020_2020)
                    if begins[Int(hash)], isHere(hash, bytes, place) { return true }
                }
                return false
            }
        }
    }

    private func isHere(_ hash: UInt16, _ bytes: UnsafeRawBufferPointer, _ place: Int) -> Bool {
        (needles[hash] ?? []).contains { needle in
            place + needle.count <= bytes.count
                && needle.indices.allSatisfy { bytes[place + $0] | 0x20 == needle[$0] }
        }
    }

    @inline(__always)
    private static func hash(_ word: UInt32) -> UInt16 { UInt16(truncatingIfNeeded: (word &* 0x9E37_79B1) >> 16) }
}
