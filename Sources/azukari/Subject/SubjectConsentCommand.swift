import ArgumentParser
import Engine
import Formats
import Foundation
import Privacy
import Records

/// `azukari subject consent`.
struct SubjectConsentCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent",
        abstract: "Whether a person may be reached, and take down what they decided, with its proof.",
        discussion: """
            Without --status it shows where the person stands on each channel, and every record that says no.

            A decision needs --channel, --status and --method: how they told it. An opt-in also needs --text, a file with
            the text that they agreed to, whole (GDPR Art. 7(1)). An opt-out does not: withdrawing is as easy as giving
            (Art. 7(3)). Flags and consents of all their records follow the latest decision.

            EXAMPLES
              azukari subject consent --ext P0000001
              azukari subject consent --ext P0000001 --channel Email --status OptOut --method Phone
              azukari subject consent --ext P0000001 --channel Email --status OptIn --method WebForm --text form-v3.txt \\
                --text-version 3 --source https://example.com/news --captured 2026-11-20T09:30:00Z
            """)

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup var person: PersonOptions
    @Option(help: ArgumentHelp(stringLiteral: names(ContactChannel.allCases.map(\.rawValue)))) var channel: String?
    @Option(help: ArgumentHelp(stringLiteral: names(ConsentStatus.allCases.map(\.rawValue)))) var status: String?
    @Option(help: ArgumentHelp(stringLiteral: names(ConsentDecision.methods))) var method: String?
    @Option(help: "Where they said it: the address of a form, the name of a campaign.") var source: String?
    @Option(help: "A file with the text that they agreed to; - is standard input.", transform: Terminal.path)
    var text: String?
    @Option(help: "Which version of the text.") var textVersion: String?
    @Option(help: "The language of the text: ja or en.") var language = "en"
    @Option(help: "When they decided: 2026-11-20, or 2026-11-20T09:30:00Z. Default: now.") var captured: String?
    @Option(help: "Further proof: the name of a scanned form, the address of a recording.") var evidence: String?

    func validate() throws {
        guard let status else {
            if [channel, method, source, text, textVersion, captured, evidence].contains(where: { $0 != nil }) {
                throw ValidationError("Say with --status what the person decided.")
            }
            return
        }
        guard ConsentStatus(rawValue: status) != nil else {
            throw ValidationError("--status is \(names(ConsentStatus.allCases.map(\.rawValue))).")
        }
        guard channel.flatMap(ContactChannel.init) != nil else {
            let channels = names(ContactChannel.allCases.map(\.rawValue))
            throw ValidationError("Say with --channel what they decided about: \(channels).")
        }
        if method == nil {
            throw ValidationError("Say with --method how they told it: \(names(ConsentDecision.methods)).")
        }
        if captured != nil, instant == nil {
            throw ValidationError("--captured is like 2026-11-20 or 2026-11-20T09:30:00Z.")
        }
    }

    func run() async throws {
        let decision = try decision()
        let (event, states) = try await organisation.withSession("a consent at the command line") { session in
            let consents = Consents(session, environment: .system)
            let person = try await person.record(in: session)
            var event: ConsentEvent?
            if let decision { event = try await consents.record(decision, of: person) }
            return (event, try await consents.states(of: person))
        }
        if organisation.json { return Terminal.say(Self.json(event, states)) }
        if let event { Terminal.say("\(event.name): \(event.channel.rawValue), \(event.status.rawValue)") }
        let rows = states.map { state in
            let reasons = state.decision.reasons.map(\.line).joined(separator: "; ")
            return [
                state.channel.rawValue, state.status?.rawValue ?? "", state.since?.description ?? "",
                state.proof?.name ?? "", state.decision.isAllowed ? "yes" : "no: \(reasons)",
            ]
        }
        Terminal.say(Terminal.table(["Channel", "Decision", "Since", "Proof", "May be reached"], rows))
    }

    private var instant: Instant? {
        captured.flatMap { text in Instant(text) ?? Day(text).map { Instant(startOf: $0) } }
    }

    /// Nil when nothing is to be taken down.
    private func decision() throws -> ConsentDecision? {
        guard let channel = channel.flatMap(ContactChannel.init), let status = status.flatMap(ConsentStatus.init),
            let method
        else { return nil }
        return ConsentDecision(
            channel: channel, isOptIn: status == .optIn, method: method, source: source ?? "",
            textShown: try text.map(Self.read), textVersion: textVersion, language: language, captured: instant,
            evidence: evidence)
    }

    private static func read(_ path: String) throws -> String {
        guard let data = Terminal.contents(of: path), let text = String(validating: data, as: UTF8.self) else {
            throw LoadError("\(path): there is no such file, or it is not UTF-8.")
        }
        return text
    }

    private static func json(_ event: ConsentEvent?, _ states: [ConsentState]) -> [UInt8] {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.key("recorded")
            json.value(event.map { .text($0.name) } ?? .null)
            json.key("channels")
            json.array { json in
                for state in states {
                    json.object { json in
                        json.member("channel", state.channel.rawValue)
                        json.key("status")
                        json.value(state.status.map { .text($0.rawValue) } ?? .null)
                        json.key("since")
                        json.value(state.since.map { .text($0.description) } ?? .null)
                        json.key("proof")
                        json.value(state.proof.map { .text($0.name) } ?? .null)
                        json.key("isAllowed")
                        json.boolean(state.decision.isAllowed)
                        json.key("reasons")
                        json.array { json in for reason in state.decision.reasons { json.string(reason.line) } }
                    }
                }
            }
        }
        return json.bytes + [0x0A]
    }
}

/// `Email, Phone or Fax`.
private func names(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
}

extension ContactDecision.Reason {
    /// `Contact 003… HasOptedOutOfEmail true`.
    fileprivate var line: String { "\(object) \(record) \(field) \(value)" }
}
