import Formats

/// What a process asks of the server that has its organisation open: a command line, and the folder it was typed in.
struct CommandRequest: Equatable {
    let arguments: [String]
    let directory: String

    init(_ arguments: [String], in directory: String) {
        self.arguments = arguments
        self.directory = directory
    }

    /// Nil when the bytes are another thing, as a program of another version may send.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONValue(bytes, bytesMax: LocalConnection.messageBytesMax),
            let directory = json["directory"]?.string, let words = json["arguments"]?.elements
        else { return nil }
        self.init(words.compactMap(\.string), in: directory)
    }

    var bytes: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("directory", directory)
            json.key("arguments")
            json.array { json in for argument in arguments { json.string(argument) } }
        }
        return json.bytes
    }
}
