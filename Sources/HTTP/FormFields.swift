import HTTPTypes
public import Hummingbird
import NIOCore
import Records

/// The fields of a query or of a form (`application/x-www-form-urlencoded`), in their order.
public struct FormFields: Sendable {
    public private(set) var fields: [(name: String, value: String)] = []

    /// Fields whose escapes are broken are an error: half a value must not be taken for the whole.
    public init(_ text: some StringProtocol) throws {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else {
                throw PlatformError(.invalidOperation, "A parameter is not percent-encoded UTF-8.")
            }
            fields.append((name, value))
        }
    }

    /// The first value of that name; nil when there is none.
    public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// All values of that name.
    public func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// These fields, and the other's where a name is missing.
    public mutating func append(_ other: FormFields) { fields += other.fields }
}

extension Request {
    /// The parameters behind the question mark.
    public func query() throws -> FormFields { try FormFields(uri.query ?? "") }

    /// The fields of a form in the body.
    public func form() async throws -> FormFields {
        let buffer = try await body.collect(upTo: Limits.formBodyBytesMax)
        return try FormFields(String(decoding: buffer.readableBytesView, as: UTF8.self))
    }

    /// The whole body, refused with 413 beyond the limit.
    public func bytes(upTo limit: Int) async throws -> [UInt8] {
        let buffer = try await body.collect(upTo: limit)
        return Array(buffer.readableBytesView)
    }
}
