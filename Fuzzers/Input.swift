import Glibc

/// What all fuzzers share: the bytes as a text, and a fault that libFuzzer keeps the input of.
struct Input {
    let bytes: UnsafeBufferPointer<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Ends the program: the input is written to a file, smaller ones are looked for.
    static func fault(_ what: String) -> Never {
        let line = Array((what + "\n").utf8)
        write(2, line, line.count)
        preconditionFailure()
    }

    /// A place of an error lies in the text, or just behind a line's end.
    static func check(line: Int, column: Int, in text: String) {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard (1...lines.count).contains(line) else { fault("the error is on line \(line) of \(lines.count)") }
        let width = lines[line - 1].count
        guard (1...width + 1).contains(column) else { fault("the error is in column \(column) of \(width)") }
    }
}
