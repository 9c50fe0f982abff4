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
    /// Looks whether the organisation is sound: who may read its files, whether database, change log, evidence log and
    /// the sealed files of restrictions are whole. Reads all of them, and changes nothing.
    public func examine() async -> [Finding] {
        [permissions, await database, await changeLog, evidenceLog, await sealedFiles]
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
                message:
                    "others can read \(open.prefix(5).map { $0.isEmpty ? folder.path : $0 }.joined(separator: ", ")): "
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

    private var changeLog: Finding {
        get async {
            do {
                let report = try await checkChanges()
                return report.damage.map { damage in
                    Finding(
                        subject: "change log", isSound: false,
                        message: "\(damage) Restore the folder `changes` from a backup.")
                }
                    ?? Finding(
                        subject: "change log", isSound: true,
                        message: "\(report.changes) changes in \(report.segments) segments, whole")
            } catch {
                return Finding(subject: "change log", isSound: false, message: "cannot be read: \(error)")
            }
        }
    }

    /// The only place of a restricted person's records: found missing now, it can still be had from a backup.
    private var sealedFiles: Finding {
        get async {
            let folder = folder.vault
            do {
                let deeds = try await store.read { try RestrictionDeed.find("state = 'restricted'", $0) }
                let damaged = deeds.filter { deed in
                    let file = try? DurableFile.read(restrictionFile(deed.request))
                    return file.map { Hexadecimal.text(SealedRows.hash($0)) } != deed.fileHash
                }
                return damaged.isEmpty
                    ? Finding(subject: "sealed files", isSound: true, message: "\(deeds.count), as recorded")
                    : Finding(
                        subject: "sealed files", isSound: false,
                        message: "missing or damaged in \(folder), restore them from a backup: "
                            + damaged.prefix(5).map(\.request.description).joined(separator: ", "))
            } catch {
                return Finding(subject: "sealed files", isSound: false, message: "cannot be read: \(error)")
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
