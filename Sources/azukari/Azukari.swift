import ArgumentParser
import Foundation
import Records

@main
struct Azukari: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "azukari",
        abstract: "Customer records, held in custody.",
        discussion: """
            Every command works on the folder of one organisation: --folder DIR, or AZUKARI_FOLDER, or ~/.azukari.
            While `azukari serve` has the folder open, the server carries the commands out.

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
            SubjectCommand.self, VerifyCommand.self, DoctorCommand.self, MoveCommand.self, UserCommand.self,
            ApplicationCommand.self, SharingCommand.self, EncryptionCommand.self, SearchCommand.self,
            RemoteCommand.self, Serve.self,
        ]
    )

    static func main() async {
        let code = await carryOut(Array(CommandLine.arguments.dropFirst()))
        // Not `exit`: it takes down what libraries have set up (ICU's tables) under threads that have not ended yet.
        fflush(nil)
        _exit(code)
    }

    /// Does what a command line says, and tells what went wrong.
    ///
    /// Errors of the platform carry their message apart from their description, which never tells what a caller sent. At
    /// the command line the caller is who reads it.
    /// - Returns: The exit code.
    static func carryOut(_ arguments: [String]) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if let command = command as? any OrganisationCommand {
                let code = try await command.carryOut(arguments)
                // It may have ended well, and not have said all that it had to say.
                try Task.checkCancellation()
                return code
            } else if OrganisationOptions.served != nil {
                throw LoadError("This is no command for a server.")
            } else if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let error as PlatformError {
            Terminal.tell("azukari: \(error.message) (\(error.code))")
            return ExitCode.failure.rawValue
        } catch is CancellationError {
            Terminal.tell("azukari: It was cut off. What was done until then is kept; give the command again.")
            return ExitCode.failure.rawValue
        } catch {
            let (code, message) = (exitCode(for: error), fullMessage(for: error))
            if !message.isEmpty { if code.isSuccess { Terminal.say(message) } else { Terminal.tell(message) } }
            return code.rawValue
        }
    }
}
