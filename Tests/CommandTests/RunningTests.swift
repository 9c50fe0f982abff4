import Foundation
import Synchronization
import Testing

@testable import azukari

/// What goes between a command and the server that carries it out.
@Suite(.timeLimit(.minutes(5)))
struct RunningTests {
    /// A folder deeper than the address of a socket may be long.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let top = FileManager.default.temporaryDirectory.appending(path: "azukari-running-\(getpid())-\(Self.count())")
        let folder = top.appending(path: String(repeating: "深い", count: 20) + "/" + String(repeating: "x", count: 120))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: top) }
        try await body(folder.path)
    }

    private static let made = Atomic(0)
    private static func count() -> Int { made.wrappingAdd(1, ordering: .relaxed).newValue }

    @Test func `a message goes over whole, with files that the other end can write to`() async throws {
        try await withFolder { folder in
            let listener = try LocalListener(as: "test.sock", in: folder)
            let client = try #require(try LocalConnection(to: "test.sock", in: folder))
            let server = try #require(listener.next())
            let pipes = (0..<3).map { _ in Pipe() }
            let message = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try client.send(message, handing: pipes.map(\.fileHandleForWriting.fileDescriptor))
            let (got, files) = try #require(try server.receive())
            #expect(got == message)
            #expect(files.count == 3)
            #expect(server.user == geteuid())
            for (place, file) in files.enumerated() {
                let text = "to \(place)"
                #expect(write(file, text, text.utf8.count) == text.utf8.count)
                close(file)
                pipes[place].fileHandleForWriting.closeFile()
                #expect(pipes[place].fileHandleForReading.readDataToEndOfFile() == Data(text.utf8))
            }
            try server.send([7])
            #expect(try client.receive()?.message == [7])
            client.close()
            #expect(try server.receive() == nil)
            server.close()
            listener.end()
            #expect(listener.next() == nil)
            listener.close()
            #expect(!FileManager.default.fileExists(atPath: folder + "/test.sock"))
        }
    }

    @Test func `where nobody listens nobody is found, also beside what a killed server left`() async throws {
        try await withFolder { folder in
            #expect(try LocalConnection(to: "test.sock", in: folder) == nil)
            // Closed and not ended: the socket's file stays.
            try LocalListener(as: "test.sock", in: folder).close()
            #expect(FileManager.default.fileExists(atPath: folder + "/test.sock"))
            #expect(try LocalConnection(to: "test.sock", in: folder) == nil)
            let listener = try LocalListener(as: "test.sock", in: folder)
            let mode =
                try FileManager.default.attributesOfItem(atPath: folder + "/test.sock")[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try LocalConnection(to: "test.sock", in: folder) != nil)
            listener.close()
        }
    }

    @Test func `a message beyond the limit is refused before anything is sent`() async throws {
        try await withFolder { folder in
            let listener = try LocalListener(as: "test.sock", in: folder)
            let client = try #require(try LocalConnection(to: "test.sock", in: folder))
            let long = [UInt8](repeating: 1, count: LocalConnection.messageBytesMax)
            #expect(throws: LoadError.self) { try client.send(long + [1]) }
            try client.send(long)
            #expect(try listener.next()?.receive()?.message == long)
            client.close()
            listener.close()
        }
    }

    @Test(arguments: [[], ["query", "SELECT Id\nFROM \"X\" \u{1}", "", "--folder", "予約"]])
    func `a command line arrives as it was typed`(arguments: [String]) {
        let request = CommandRequest(arguments, in: "/somewhere/日本 語")
        #expect(CommandRequest(request.bytes) == request)
    }

    @Test(arguments: ["", "x", "{}", "[1]", #"{"directory":"/"}"#, #"{"directory":"/","arguments":{}}"#])
    func `what is no command line is no request`(text: String) { #expect(CommandRequest(Array(text.utf8)) == nil) }

    @Test func `tasks that wait for each other all find a thread`() async {
        let threads = WaitingThreads()
        let meeting = Meeting(of: 24)
        await withTaskGroup { group in
            for _ in 0..<24 { group.addTask(executorPreference: threads) { meeting.join() } }
        }
        #expect(meeting.joined == 24)
    }

    /// Who joins waits for the last.
    private final class Meeting: @unchecked Sendable {
        private let all: Int
        private let condition = NSCondition()
        // Behind the condition.
        private(set) var joined = 0

        init(of all: Int) { self.all = all }

        func join() {
            condition.withLock {
                joined += 1
                condition.broadcast()
                while joined < all { condition.wait() }
            }
        }
    }

    @Test func `what is typed relative to another folder is found there`() async {
        #expect(Terminal.path("a.csv") == "a.csv")
        let elsewhere = Terminal(input: 0, output: 1, errors: 2, directory: "/data")
        Terminal.$current.withValue(elsewhere) {
            #expect(Terminal.path("a.csv") == "/data/a.csv")
            #expect(Terminal.path("/b.csv") == "/b.csv")
            #expect(Terminal.path("-") == "-")
        }
    }
}
