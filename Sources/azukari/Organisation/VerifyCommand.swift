import ArgumentParser
import Engine
import Formats
import Foundation
import Records

/// `azukari verify`.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a certificate without an organisation and without a network.",
        discussion: """
            Anybody may do this, anywhere: all that is needed is the certificate and the public key of the evidence
            log, which the organisation publishes. What the certificate states is printed when it holds.

            EXAMPLES
              azukari verify certificate.json --key 'azukari/00D…+1a2b3c4d+AQ…'
              azukari verify certificate.json --key key.pub

            EXIT CODES: 0 the certificate holds, 1 it does not.
            """)

    @Argument(help: "The certificate, a JSON file.") var certificate: String
    @Option(help: "The log's public key: its text, or a file that holds it.") var key: String
    @Flag(help: "Answer in JSON, for scripts.") var json = false

    func run() async throws {
        guard let bytes = FileManager.default.contents(atPath: certificate) else {
            throw LoadError("\(certificate): there is no such file, or it may not be read.")
        }
        let text = FileManager.default.contents(atPath: key).map { String(decoding: $0, as: UTF8.self) } ?? key
        let proven = try Engine.verify(
            certificate: Array(bytes), key: text.trimmingCharacters(in: .whitespacesAndNewlines))
        if json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.key("valid")
                json.boolean(true)
                json.member("origin", proven.origin)
                json.key("index")
                json.integer(proven.index)
                json.key("size")
                json.integer(proven.size)
                json.member("statement", proven.statement)
            }
            return Terminal.say(json.bytes + [0x0A])
        }
        Terminal.say("The certificate holds: entry \(proven.index) of \(proven.size) in the log \(proven.origin).")
        Terminal.say(proven.statement)
    }
}
