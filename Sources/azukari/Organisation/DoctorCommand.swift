import ArgumentParser
import Engine
import Formats
import Records

/// `azukari doctor`.
struct DoctorCommand: OrganisationCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine an organisation: files, database, change log, evidence log, sealed files.",
        discussion: """
            Reads everything and changes nothing, but that opening the folder takes up what a crash cut off, as every
            opening does.

            EXAMPLES
              azukari doctor --folder /srv/azukari

            EXIT CODES: 0 all is sound, 1 something is not.
            """)

    @OptionGroup var organisation: OrganisationOptions

    func run() async throws {
        let findings = try await organisation.withEngine { await $0.examine() }
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.array { json in
                for finding in findings {
                    json.object { json in
                        json.member("subject", finding.subject)
                        json.key("sound")
                        json.boolean(finding.isSound)
                        json.member("message", finding.message)
                    }
                }
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            for finding in findings {
                Terminal.say("\(finding.isSound ? "✓" : "✗") \(finding.subject): \(finding.message)")
            }
        }
        if findings.contains(where: { !$0.isSound }) { throw ExitCode.failure }
    }
}
