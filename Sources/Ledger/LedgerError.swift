/// Why the evidence log, a checkpoint or a certificate cannot be used.
public struct LedgerError: Error, Equatable, Sendable {
    /// What went wrong; a closed set behind static members.
    public struct Code: Hashable, Sendable {
        let name: String
        /// A file of the log is missing, short or not what its place says.
        public static let damaged = Code(name: "damaged")
        /// The system refused to read or write a file.
        public static let inputOutput = Code(name: "inputOutput")
        /// A text is not a checkpoint, a key or a certificate.
        public static let malformed = Code(name: "malformed")
        /// The form is right and the proof does not hold.
        public static let notProven = Code(name: "notProven")
        /// An entry is larger than the log takes (65,535 bytes).
        public static let tooLarge = Code(name: "tooLarge")
    }

    public let code: Code
    /// Safe to show; names the file or the part.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public static func == (a: LedgerError, b: LedgerError) -> Bool { a.code == b.code }
}

extension LedgerError: CustomStringConvertible {
    public var description: String { "\(code.name): \(message)" }
}
