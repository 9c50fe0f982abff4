import Foundation

/// The project's files, as they lie in this checkout.
enum Checkout {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A file of text, by lines.
    struct TextFile {
        /// From the root on.
        let path: String
        let lines: [Substring]

        /// What is wrong, in the form that editors and people can follow.
        func finding(_ line: Int, _ advice: String) -> String { "\(path):\(line + 1): \(advice)" }
    }

    static func text(_ path: String) throws -> TextFile {
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        return TextFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }

    /// The text files of some folders whose names end in one of `endings` (without a dot: files without an ending).
    static func files(in folders: [String], endings: Set<String>) throws -> [TextFile] {
        var files: [TextFile] = []
        for folder in folders {
            guard let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path) else {
                continue
            }
            for case let path as String in paths {
                let url = root.appending(path: "\(folder)/\(path)")
                guard endings.contains(url.pathExtension), !url.hasDirectoryPath,
                    (try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
                else { continue }
                files.append(try text("\(folder)/\(path)"))
            }
        }
        return files.sorted { $0.path < $1.path }
    }
}
