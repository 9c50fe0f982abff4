import API
import ArgumentParser
import Engine
import Foundation
import HTTP
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Identity
import Logging
import NIOCore
import Records
import ServiceLifecycle

/// `azukari serve`: the organisation's records to programs and people, until SIGTERM.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve an organisation over HTTP.",
        discussion: """
            Over a network it takes TLS: --tls-certificate and --tls-key. Without them it serves the loopback \
            addresses only, for tests and for a proxy on the same machine that ends TLS.

            It stops at SIGTERM or SIGINT, after the requests in hand.
            """
    )

    @OptionGroup var organisation: OrganisationOptions
    @OptionGroup(title: "Quotas") var quotas: QuotaOptions

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for any that is free.")
    var port = 8443

    @Option(name: .customLong("tls-certificate"), help: "The certificate and those that signed it, as a PEM file.")
    var tlsCertificate: String?

    @Option(name: .customLong("tls-key"), help: "The certificate's private key, as a PEM file.")
    var tlsKey: String?

    @Option(help: "A proxy in front of this server, whose X-Forwarded-Proto counts. May be given several times.")
    var trustedProxy: [String] = []

    @Option(
        help: """
            A file to write once it serves: JSON with the url, the ca when authority.pem lies beside the certificate, \
            and what demo.json in the organisation's folder holds.
            """
    )
    var ready: String?

    @Option(help: "Days that event log files are kept; 0 keeps none.")
    var eventLogDays = Engine.eventDays

    @Option(help: "What is logged: error, notice, or info for a line with every request.")
    var logLevel = "notice"

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together.")
        }
        guard tlsCertificate != nil || ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw ValidationError("Without TLS it serves loopback only: give --tls-certificate and --tls-key.")
        }
        guard (0...3_650).contains(eventLogDays) else {
            throw ValidationError("--event-log-days is a number from 0 to 3650.")
        }
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError(
                "--log-level is one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
    }

    func run() async throws {
        let engine = try await Engine.open(folder: organisation.path, environment: .system)
        do {
            try await serve(engine)
            await engine.close()
        } catch {
            await engine.close()
            throw error
        }
    }

    private func serve(_ engine: Engine) async throws {
        var logger = Logger(label: "azukari")
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .notice
        engine.keepEvents(days: eventLogDays)
        let composition = try ServeComposition(
            engine: engine, address: PublicAddress(isTLS: tlsCertificate != nil, trustedPeers: Set(trustedProxy)),
            quota: quotas.quota, environment: .system, logger: logger
        )
        let log = logger
        let announcement = ReadyFile(
            path: ready, members: existing("\(organisation.path)/demo.json"),
            authority: tlsCertificate.flatMap {
                existing(URL(filePath: $0).deletingLastPathComponent().path + "/authority.pem")
            },
            scheme: tlsCertificate == nil ? "http" : "https", host: host
        )
        var application = Application(
            responder: try composition.frontDoor(),
            server: try server(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), availableConnectionsDelegate: Self.connections
            ),
            onServerRunning: { channel in announcement.serving(on: channel.localAddress?.port, logger: log) },
            logger: logger
        )
        // Where several processes may have the organisation open, a command is one of them.
        if !engine.isShared {
            application.addServices(CommandService(engine: engine, folder: organisation.path, logger: log))
        }
        application.addServices(
            Housekeeping(engine: engine, identity: composition.identity, logger: log),
            BulkService(runner: composition.bulkRunner))
        try await application.runService()
    }

    private func existing(_ path: String) -> String? { FileManager.default.fileExists(atPath: path) ? path : nil }

    private func server() throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.loops(
            configuration: .init(idleTimeout: .seconds(Int64(Limits.idleConnectionSeconds)))
        )
        guard let tlsCertificate, let tlsKey else { return plain }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(tlsCertificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tlsKey, format: .pem))
        )
        tls.minimumTLSVersion = .tlsv12
        return try .tls(plain, tlsConfiguration: tls)
    }

    /// As many as the system lets the process have files for; at least some.
    private static var connections: MaximumAvailableConnections {
        let files = OpenFiles.raiseLimit()
        return MaximumAvailableConnections(min(Limits.connectionsMax, max(files - Limits.otherFilesMax, files / 2)))
    }
}
