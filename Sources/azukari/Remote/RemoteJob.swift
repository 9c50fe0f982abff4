import Formats
import Foundation
import NIOHTTP1

/// A job of the bulk interface (2.0) on a server.
struct RemoteJob: Sendable {
    let id: String
    let kind: Kind

    enum Kind: String, Sendable { case ingest, query }

    struct State: Sendable {
        let name: String
        let processed: Int
        let failed: Int
        let message: String?

        var isEnded: Bool { ["JobComplete", "Failed", "Aborted"].contains(name) }
    }

    static func make(_ kind: Kind, _ body: JSONValue, on server: RemoteServer) async throws -> RemoteJob {
        guard let id = try await server.send(.POST, "jobs/\(kind.rawValue)", json: body)["id"]?.string else {
            throw LoadError("The server made no job.")
        }
        return RemoteJob(id: id, kind: kind)
    }

    var path: String { "jobs/\(kind.rawValue)/\(id)" }

    func state(on server: RemoteServer) async throws -> State {
        let json = try await server.get(path)
        return State(
            name: json["state"]?.string ?? "", processed: json["numberRecordsProcessed"]?.integer.map(Int.init) ?? 0,
            failed: json["numberRecordsFailed"]?.integer.map(Int.init) ?? 0, message: json["errorMessage"]?.string)
    }

    /// Waits until it has ended, looking less and less often.
    /// - Parameter told: Gets each state on the way.
    func end(on server: RemoteServer, told: (State) -> Void = { _ in }) async throws -> State {
        var pause: Duration = .milliseconds(100)
        while true {
            let state = try await state(on: server)
            told(state)
            if state.isEnded { return state }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }
}

/// Hands on lists in CSV that come one behind the other, with the header of the first alone.
struct JoinedCSV {
    private var hasHeader = false

    /// A function that passes over the header where it was there before. For one list.
    mutating func next(_ write: @escaping ([UInt8]) throws -> Void) -> ([UInt8]) throws -> Void {
        var isInHeader = hasHeader
        var isQuoted = false
        hasHeader = true
        return { bytes in
            guard isInHeader else { return try write(bytes) }
            for (place, byte) in bytes.enumerated() {
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if byte == UInt8(ascii: "\n"), !isQuoted {
                    isInHeader = false
                    return try write(Array(bytes[(place + 1)...]))
                }
            }
        }
    }
}
