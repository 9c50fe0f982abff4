import Foundation
import Glibc

/// Standard output for answers, standard error for what is told to people.
enum Terminal {
    static var errorsGoToATerminal: Bool { isatty(2) == 1 }
    static var canAsk: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// A line of an answer.
    static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    /// Bytes of an answer, as they are.
    static func say(_ bytes: [UInt8]) { FileHandle.standardOutput.write(Data(bytes)) }

    /// A line to a person.
    static func tell(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

    /// Overwrites the line before, which did not end.
    static func show(_ line: String) { FileHandle.standardError.write(Data(("\r\u{1B}[K" + line).utf8)) }

    /// A question that is answered by yes or no. Without a terminal the answer is no.
    static func ask(_ question: String) -> Bool {
        guard canAsk else { return false }
        FileHandle.standardError.write(Data((question + " [y/N] ").utf8))
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes" || answer == "はい"
    }

    /// Columns under headings, as wide as their widest cell. CJK letters take two places.
    static func table(_ headings: [String], _ rows: [[String]]) -> String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { places(in: $0[column]) }.max() ?? 0 }
        return all.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - places(in: $0)) }
                .joined(separator: "  ").trimmingCharacters(in: CharacterSet(charactersIn: " "))
        }.joined(separator: "\n")
    }

    private static func places(in text: String) -> Int {
        text.reduce(0) { count, character in
            let first = character.unicodeScalars.first?.value ?? 0
            return count
                + ((0x1100...0x115F).contains(first) || (0x2E80...0xFF60).contains(first)
                    || (0xFFE0...0xFFE6).contains(first) || first >= 0x1F300 ? 2 : 1)
        }
    }
}
