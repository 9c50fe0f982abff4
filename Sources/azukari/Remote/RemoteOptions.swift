import ArgumentParser
import Foundation

/// Which server a command speaks to, and as whom: this product, or any other that speaks the platform's interfaces.
struct RemoteOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The server's address, such as https://crm.example.com", valueName: "url"))
    var server: String
    @Option(help: "A file whose first line is an access token; - is standard input.", transform: Terminal.path)
    var tokenFile: String?
    @Option(help: "The client id of an application that is registered there.") var clientID: String?
    @Option(help: "A file whose first line is its secret.", transform: Terminal.path) var clientSecretFile: String?
    @Option(help: "The user to sign in as. Default: whom the application is by itself.") var username: String?
    @Option(help: "A file whose first line is the user's password.", transform: Terminal.path) var passwordFile: String?
    @Option(
        help: "A file with the authority of its certificate, in PEM. Default: those that the system trusts.",
        transform: Terminal.path)
    var ca: String?
    @Option(help: "The version of the interface.") var apiVersion = "60.0"
    @Flag(help: "Answer in JSON, for scripts.") var json = false

    func validate() throws {
        guard let url = URL(string: server), let scheme = url.scheme, ["http", "https"].contains(scheme),
            url.host != nil
        else { throw ValidationError("--server is an address such as https://crm.example.com.") }
        // A token that goes over the network in the clear is everybody's.
        guard scheme == "https" || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(url.host ?? "") else {
            throw ValidationError("--server needs https; http is for this machine alone.")
        }
        guard tokenFile != nil || (clientID != nil && clientSecretFile != nil) else {
            throw ValidationError("Say who you are: --token-file, or --client-id and --client-secret-file.")
        }
        guard (username == nil) == (passwordFile == nil) else {
            throw ValidationError("--username and --password-file go together.")
        }
    }

    /// Signs in, and runs `body` with the server.
    func withServer<T>(_ body: (RemoteServer) async throws -> T) async throws -> T {
        let server = try RemoteServer(address: server, version: apiVersion, authority: ca)
        do {
            if let tokenFile {
                await server.use(token: try PasswordFile.read(tokenFile))
            } else {
                var form = [
                    "client_id": clientID ?? "", "client_secret": try PasswordFile.read(clientSecretFile ?? "-"),
                ]
                form["grant_type"] = username == nil ? "client_credentials" : "password"
                form["username"] = username
                form["password"] = try passwordFile.map(PasswordFile.read)
                try await server.signIn(form)
            }
            let result = try await body(server)
            try await server.end()
            return result
        } catch {
            try? await server.end()
            throw error
        }
    }
}
