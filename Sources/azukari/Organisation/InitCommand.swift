import ArgumentParser
import Engine
import Formats
import Foundation
import Records

/// `azukari init`.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make an empty organisation in a folder.",
        discussion: """
            Makes the folder with its keys, its database and its evidence log. All files are readable by you alone
            (0600). Keep a copy of keys/master.key in another place: without it nothing can be opened again.

            EXAMPLES
              azukari init --name "Sample KK" --language ja --time-zone Asia/Tokyo
              azukari init --folder /srv/azukari --name "Sample GmbH" --time-zone Europe/Berlin
              azukari init --folder /srv/azukari --name "Sample Inc" --database postgresql://azukari@db.example/sample

            The records are in a file of the folder, unless a PostgreSQL database is named: a new one, made by
            createdb --encoding UTF8 --locale C --template template0 NAME. Its password belongs in ~/.pgpass. Keys, the
            evidence log and the change log are in the folder in both cases.

            NEXT
              azukari user add --username me@example.com --last-name Me
              azukari load data/ --add-fields
              azukari serve
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Option(help: "The organisation's name.") var name: String
    @Option(help: "What people see who chose no language: en or ja.") var language = "en"
    @Option(help: "An IANA name, such as Asia/Tokyo. Default: this machine's.") var timeZone: String?
    @Option(help: "A new PostgreSQL database for the records. Default: a file in the folder.") var database: String?

    func run() async throws {
        let engine = try await Engine.create(
            folder: organisation.path,
            organisation: NewOrganisation(
                name: name, defaultLanguage: language, timeZone: timeZone ?? TimeZone.current.identifier,
                database: database),
            environment: .system)
        let id = engine.organisation.id.description
        await engine.close()
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.member("id", id)
                json.member("name", name)
                json.member("folder", organisation.path)
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("\(name) (\(id)) in \(organisation.path)")
        }
    }
}
