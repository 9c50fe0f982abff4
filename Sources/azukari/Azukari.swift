import ArgumentParser
import Records

@main
struct Azukari: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "azukari",
        abstract: "Customer records, held in custody.",
        discussion: """
            Every command works on the folder of one organisation: --folder DIR, or AZUKARI_FOLDER, or ~/.azukari.

            EXAMPLES
              azukari init --name "Sample KK" --language ja
              azukari load ./data --add-fields --yes
              azukari query "SELECT Name, Email FROM Contact WHERE LastName = '佐藤' LIMIT 10"
              azukari export Contact --format csv --out contacts.csv

            EXIT CODES
              0   done
              1   nothing was done; the reason is on standard error
              2   partly done: some rows were refused, and listed in a results file
              64  the command line was not understood
            """,
        subcommands: [
            InitCommand.self, LoadCommand.self, QueryCommand.self, ExportCommand.self, SchemaCommand.self,
            SubjectCommand.self, VerifyCommand.self, DoctorCommand.self, UserCommand.self, ApplicationCommand.self,
            Serve.self,
        ]
    )

    /// Errors of the platform carry their message apart from their description, which never tells what a caller sent.
    /// At the command line the caller is who reads it.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as PlatformError {
            Terminal.tell("azukari: \(error.message) (\(error.code))")
            exit(withError: ExitCode.failure)
        } catch {
            exit(withError: error)
        }
    }
}
