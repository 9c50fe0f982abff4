import AsyncHTTPClient
import Formats
import Foundation
import HTTP
import HummingbirdTLS
import NIOCore
import NIOHTTP1

/// A server that speaks the platform's interfaces, over HTTP.
actor RemoteServer {
    private let client: HTTPClient
    private var address: String
    private let version: String
    private var token = ""

    private static let secondsMax: Int64 = 120
    private static let answerBytesMax = 16 << 20
    private static let triesMax = 6

    /// - Parameter authority: A file with the certificate that vouches for the server's; nil: those that the system trusts.
    init(address: String, version: String, authority: String?) throws {
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.version = version
        var configuration = HTTPClient.Configuration()
        if let authority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authority)
            configuration.tlsConfiguration = tls
        }
        configuration.timeout.connect = .seconds(20)
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func use(token: String) { self.token = token }

    /// - Parameter form: What is sent to the token's address.
    func signIn(_ form: [String: String]) async throws {
        let body = form.sorted { $0.key < $1.key }
            .map { "\($0.key)=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
        let (answer, _) = try await send(
            .POST, "\(address)/services/oauth2/token", type: "application/x-www-form-urlencoded",
            body: ByteBuffer(string: body))
        let json = try JSONValue(answer, bytesMax: Self.answerBytesMax)
        guard let token = json["access_token"]?.string else { throw LoadError("\(address): gave no token.") }
        self.token = token
        if let instance = json["instance_url"]?.string { address = instance }
    }

    func end() async throws { try await client.shutdown() }

    /// Asks a resource below `/services/data/vV/`.
    func get(_ path: String) async throws -> JSONValue {
        let (bytes, _) = try await send(.GET, url(path))
        return try JSONValue(bytes, bytesMax: Self.answerBytesMax)
    }

    /// Sends JSON to a resource below `/services/data/vV/`.
    func send(_ method: HTTPMethod, _ path: String, json value: JSONValue) async throws -> JSONValue {
        var json = JSONWriter()
        json.tree(value)
        let (bytes, _) = try await send(
            method, url(path), type: "application/json", body: ByteBuffer(bytes: json.bytes))
        return try JSONValue(bytes, bytesMax: Self.answerBytesMax)
    }

    /// Uploads CSV. It is sent once: whether it arrived when the answer did not, only the job tells.
    func upload(_ csv: [UInt8], to path: String) async throws {
        _ = try await send(
            .PUT, url(path), type: "text/csv; charset=UTF-8", body: ByteBuffer(bytes: csv), isRepeatable: false)
    }

    /// Hands on an answer in pieces.
    /// - Returns: The value of a header of it.
    func download(_ path: String, header: String? = nil, _ body: ([UInt8]) throws -> Void) async throws -> String? {
        var request = HTTPClientRequest(url: url(path))
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Accept", value: "text/csv")
        let response = try await client.execute(request, timeout: .seconds(Self.secondsMax))
        guard response.status.code < 300 else {
            throw Self.refusal(path, Int(response.status.code), try await Self.bytes(of: response))
        }
        for try await buffer in response.body { try body(Array(buffer.readableBytesView)) }
        return header.flatMap { response.headers.first(name: $0) }
    }

    private func url(_ path: String) -> String { "\(address)/services/data/v\(version)/\(path)" }

    /// Sends a request, again where the server or the network asks for patience.
    private func send(
        _ method: HTTPMethod, _ url: String, type: String? = nil, body: ByteBuffer? = nil, isRepeatable: Bool = true
    ) async throws -> (bytes: [UInt8], status: Int) {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if !token.isEmpty { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let body { request.body = .bytes(body) }
        var pause: Duration = .milliseconds(500)
        for tried in 1... {
            do {
                let response = try await client.execute(request, timeout: .seconds(Self.secondsMax))
                let (bytes, status) = (try await Self.bytes(of: response), Int(response.status.code))
                if status < 300 { return (bytes, status) }
                let isPatient = [429, 502, 503, 504].contains(status)
                guard isRepeatable, isPatient, tried < Self.triesMax else { throw Self.refusal(url, status, bytes) }
            } catch let error as LoadError {
                throw error
            } catch {
                guard isRepeatable, tried < Self.triesMax, !Task.isCancelled else {
                    throw LoadError("\(address): cannot be reached, or broke off (\(error)).")
                }
            }
            try await Task.sleep(for: pause)
            pause *= 2
        }
        throw LoadError("\(address): cannot be reached.")
    }

    private static func bytes(of response: HTTPClientResponse) async throws -> [UInt8] {
        Array(try await response.body.collect(upTo: answerBytesMax).readableBytesView)
    }

    /// What the server says, in any of its forms.
    private static func refusal(_ place: String, _ status: Int, _ bytes: [UInt8]) -> LoadError {
        let json = try? JSONValue(bytes, bytesMax: answerBytesMax)
        let error = json?.elements?.first ?? json
        let code = error?["errorCode"]?.string ?? error?["error"]?.string ?? error?["exceptionCode"]?.string
        let message = error?["message"]?.string ?? error?["error_description"]?.string ?? ""
        return LoadError("The server answered \(status)\(code.map { ", \($0)" } ?? ""): \(message)")
    }
}
