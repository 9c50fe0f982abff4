import ArgumentParser
import Engine
import Formats
import Records
import Synchronization

/// `azukari move`.
struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Move an organisation's records between a SQLite file and a PostgreSQL database.",
        discussion: """
            All rows are compared by hash before the organisation is opened from the new place; until then the old one is
            as it was, and a move that was cut off can be given again. Then the old database is emptied or its file removed,
            unless --keep. Keys, evidence log, change log and sealed files stay in the folder. Stop the server first.

            EXAMPLES
              createdb --encoding UTF8 --locale C --template template0 sample
              azukari move --folder /srv/azukari postgresql://azukari@localhost/sample
              azukari move --folder /srv/azukari sqlite

            A password belongs in ~/.pgpass: what is named here is noted in the folder's settings.
            """)

    @OptionGroup var organisation: OrganisationOptions
    @Argument(help: "A new PostgreSQL database, or sqlite for a file in the folder.") var destination: String
    @Flag(help: "Leave the old database as it is.") var keep = false

    func run() async throws {
        let bar = Mutex<ProgressBar?>(nil)
        let moved = try await Engine.move(
            folder: organisation.path, to: destination == "sqlite" ? nil : destination, keepsOld: keep,
            environment: .system
        ) { done, total in
            let bar = bar.withLock { bar in
                let known = bar ?? ProgressBar("Moving", total: total, isAsked: false, environment: .system)
                bar = known
                return known
            }
            bar.advance(to: done, rows: done)
        }
        bar.withLock { $0 }?.finish()
        let count = moved.rows.values.reduce(0, +)
        if organisation.json {
            var json = JSONWriter(isIndented: true)
            json.object { json in
                json.key("tables")
                json.integer(Int64(moved.rows.count))
                json.key("rows")
                json.integer(Int64(count))
                json.member("remainder", moved.remainder ?? "")
            }
            Terminal.say(json.bytes + [0x0A])
        } else {
            Terminal.say("\(count) rows of \(moved.rows.count) tables moved, and found the same.")
            if let remainder = moved.remainder { Terminal.say("Still there, with everybody's data: \(remainder).") }
        }
    }
}
