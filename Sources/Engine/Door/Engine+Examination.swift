import Foundation
public import Records
import Store

/// What an examination of an organisation found.
public struct Finding: Sendable {
    /// What was looked at, such as `database` or `keys/master.key`.
    public let subject: String
    public let isSound: Bool
    /// What is wrong and what to do, or what was seen.
    public let message: String
}

extension Engine {
    /// Looks whether the organisation is sound: who may read its files, whether the database and the evidence log are
    /// whole. Reads all of both, and changes nothing.
    public func examine() async -> [Finding] {
        [permissions, await database, evidenceLog]
    }

    private var permissions: Finding {
        let root = URL(fileURLWithPath: folder.path)
        let inside = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        let open = ([""] + inside).filter { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: root.appending(path: name).path)
            // Readable or writable by the group or by everybody.
            return ((attributes?[.posixPermissions] as? Int) ?? 0) & 0o077 != 0
        }
        return open.isEmpty
            ? Finding(subject: "files", isSound: true, message: "only their owner can read them")
            : Finding(
                subject: "files", isSound: false,
                message: "others can read \(open.prefix(5).map { $0.isEmpty ? folder.path : $0 }.joined(separator: ", ")): "
                    + "run chmod -R go= \(folder.path)")
    }

    private var database: Finding {
        get async {
            do {
                let trouble = try await store.integrityCheck()
                return trouble.isEmpty
                    ? Finding(subject: "database", isSound: true, message: "whole")
                    : Finding(
                        subject: "database", isSound: false,
                        message: "damaged, restore a backup: " + trouble.prefix(3).joined(separator: "; "))
            } catch {
                return Finding(subject: "database", isSound: false, message: "cannot be read: \(error)")
            }
        }
    }

    private var evidenceLog: Finding {
        do {
            try evidence.check()
            return Finding(
                subject: "evidence log", isSound: true, message: "\(evidence.size) entries, as signed")
        } catch {
            return Finding(
                subject: "evidence log", isSound: false,
                message: "does not match its signature: keep it as it is and compare it with a copy")
        }
    }
}
