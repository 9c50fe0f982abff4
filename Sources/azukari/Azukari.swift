import ArgumentParser
import Hummingbird
import HummingbirdTLS

@main
struct Azukari: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "azukari", abstract: "Customer records, held in custody.")
}
