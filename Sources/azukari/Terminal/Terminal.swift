import Foundation
import Glibc

/// Standard output for answers, standard error for what is told to people: this process's own, or those of the process
/// whose command is carried out here.
struct Terminal: Sendable {
    /// Descriptors.
    let input: Int32
    let output: Int32
    let errors: Int32
    /// What relative paths begin at. Nil: where this process runs.
    let directory: String?

    @TaskLocal static var current = Terminal(input: 0, output: 1, errors: 2, directory: nil)

    static var errorsGoToATerminal: Bool { isatty(current.errors) == 1 }
    static var canAsk: Bool { isatty(current.input) == 1 && errorsGoToATerminal }

    /// A line of an answer.
    static func say(_ line: String) { current.write(Array((line + "\n").utf8), to: current.output) }

    /// Bytes of an answer, as they are.
    static func say(_ bytes: [UInt8]) { current.write(bytes, to: current.output) }

    /// A line to a person.
    static func tell(_ line: String) { current.write(Array((line + "\n").utf8), to: current.errors) }

    /// Overwrites the line before, which did not end.
    static func show(_ line: String) { current.write(Array(("\r\u{1B}[K" + line).utf8), to: current.errors) }

    /// A question that is answered by yes or no. Without a terminal the answer is no.
    static func ask(_ question: String) -> Bool {
        guard canAsk else { return false }
        current.write(Array((question + " [y/N] ").utf8), to: current.errors)
        let answer = String(decoding: current.read { $0 != 0x0A }, as: UTF8.self).lowercased()
        return answer == "y" || answer == "yes" || answer == "はい"
    }

    /// The bytes of a file, or of standard input where its name is `-`; nil when it cannot be read.
    static func contents(of path: String) -> Data? {
        path == "-" ? Data(current.read { _ in true }) : FileManager.default.contents(atPath: path)
    }

    /// A path as it was typed, made to mean the same here. For the options and arguments of commands.
    static func path(_ typed: String) -> String {
        guard let directory = current.directory, !typed.hasPrefix("/"), typed != "-" else { return typed }
        return directory + "/" + typed
    }

    /// Columns under headings, as wide as their widest cell. CJK letters take two places.
    static func table(_ headings: [String], _ rows: [[String]]) -> String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { places(in: $0[column]) }.max() ?? 0 }
        return all.map { row in
            let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - places(in: $0)) }
                .joined(separator: "  ")
            // Behind the last cell alone: a first cell may be empty.
            return String(line.reversed().drop { $0 == " " }.reversed())
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

    /// Writes all of it. What nobody reads any more is dropped: it is said to somebody who left.
    private func write(_ bytes: [UInt8], to file: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty, isReady(file, for: POLLOUT) {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, min($0.count, atOnce)) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR, errno != EAGAIN { return }
        }
    }

    /// A pipe that takes anything takes so much without waiting.
    private var atOnce: Int { directory == nil ? .max : Int(PIPE_BUF) }

    /// Standard input to its end, or as long as `goesOn` says so of a byte, which is then left out.
    private func read(while goesOn: (UInt8) -> Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while isReady(input, for: POLLIN) {
            let count = Glibc.read(input, &byte, 1)
            if count == 1, goesOn(byte) { bytes.append(byte) } else if count >= 0 || errno != EINTR { break }
        }
        return bytes
    }

    /// Waits for a file, no longer than the command is wanted: one that stands still must not hold the server that
    /// carries the command out.
    private func isReady(_ file: Int32, for events: Int32) -> Bool {
        var asked = pollfd(fd: file, events: Int16(events), revents: 0)
        repeat {
            if poll(&asked, 1, 200) > 0 { return true }
        } while !Task.isCancelled
        return false
    }
}
