import Foundation
import Records

/// A regulation as data: which rights it gives, how long an answer may take, why it may be refused.
///
/// Read from a file of its own, so that a change of law is a new file and never a change of program.
public struct Regulation: Sendable {
    /// As requests name it: `gdpr`.
    public let code: String
    /// The date of the text that the file follows.
    public let version: String
    let clocks: [Clock]
    /// Why a request may be refused.
    public let refusals: [Refusal]

    /// A ground to refuse.
    public struct Refusal: Sendable, Decodable {
        /// As requests store it: `unfounded`.
        public let code: String
        /// The rights that it limits; nil for all.
        public let rights: [String]?
        /// The article.
        public let source: String
    }

    /// Reads a regulation's file.
    /// - Throws: `INVALID_OPERATION` with the place in the file where it is not of the right form.
    init(json: Data, name: String) throws {
        do {
            let file = try JSONDecoder().decode(File.self, from: json)
            code = file.regulation
            version = file.version
            clocks = file.clocks
            refusals = file.refusals
        } catch let error as DecodingError {
            throw PlatformError(.invalidOperation, "The law file \(name) cannot be used: \(Self.place(of: error)).")
        }
    }

    /// The regulation of that code, from the files that came with the product.
    /// - Throws: `INVALID_OPERATION` when there is none.
    public static func named(_ code: String) throws -> Regulation {
        guard code.allSatisfy({ $0.isASCII && $0.isLetter }),
            let file = Bundle.module.url(forResource: "Resources/law/\(code)", withExtension: "json")
        else {
            throw PlatformError(.invalidOperation, "There is no law file for the regulation “\(code)”.")
        }
        return try Regulation(json: try Data(contentsOf: file), name: "\(code).json")
    }

    /// The clock of a right.
    /// - Throws: `INVALID_OPERATION` when the regulation has none for it.
    public func clock(for right: String) throws -> Clock {
        guard let clock = clocks.first(where: { $0.rights.contains(right) }) else {
            throw PlatformError(.invalidOperation, "The regulation \(code) has no clock for the right “\(right)”.")
        }
        return clock
    }

    private struct File: Decodable {
        let regulation: String
        let version: String
        let clocks: [Clock]
        let refusals: [Refusal]
    }

    private static func place(of error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(path(context)) lacks “\(key.stringValue)”"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context)): \(context.debugDescription)"
        @unknown default: "unknown trouble"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "the file" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}
