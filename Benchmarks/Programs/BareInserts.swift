import ArgumentParser
import Foundation
import Records
import Store

/// The reference for the speed of writes: the driver alone, with a table of texts and the three indexes of the other references.
struct BareInserts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare-inserts", abstract: "Insert the records of a JSON body, one transaction each time."
    )

    @Argument(help: #"The body, as for composite/sobjects: {"records": […]}."#)
    var body: String

    @Option(help: "A folder for the database's file.")
    var folder: String

    @Option(help: "The PostgreSQL database to write to instead.")
    var database: String?

    @Option(help: "How many transactions.")
    var times = 200

    private struct Body: Decodable {
        let records: [[String: Field]]
    }

    private enum Field: Decodable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            let value = try? decoder.singleValueContainer().decode(String.self)
            self = value.map { .text($0) } ?? .other
        }
    }

    func run() async throws {
        let records = try JSONDecoder().decode(Body.self, from: Data(contentsOf: URL(filePath: body))).records
        let names = Set(records.flatMap(\.keys)).subtracting(["attributes"]).sorted()
        let columns = try names.map { try Identifier($0) }
        let rows = records.map { record in
            names.map { name -> Value in
                if case .text(let text) = record[name] { return .text(text) }
                return .null
            }
        }
        let store: any Store =
            try database.map { try PostgreSQLStore.open($0, readers: 1) }
            ?? SQLiteStore.open(path: folder + "/bare.sqlite", readers: 1)
        do {
            print(#"{"rowsPerSecond": \#(try await insert(rows, columns, into: store))}"#)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    private func insert(_ rows: [[Value]], _ columns: [Identifier], into store: any Store) async throws -> Double {
        let list = SQL.joined(columns.map { "\(identifier: $0)" }, separator: ", ")
        try await store.write { connection in
            let typed = SQL.joined(columns.map { "\(identifier: $0) TEXT" }, separator: ", ")
            try connection.execute("CREATE TABLE bare (\(typed))")
            for name in ["Ext__c", "Email", "LastName"] {
                try connection.execute(
                    "CREATE INDEX \(identifier: try Identifier("bare_\(name)")) ON bare (\(identifier: try Identifier(name)))"
                )
            }
        }
        let places = SQL.joined(columns.map { _ in "\(.null)" }, separator: ", ")
        let clock = ContinuousClock()
        let begun = clock.now
        for _ in 0..<times {
            try await store.write { connection in
                let statement = try connection.prepare("INSERT INTO bare (\(list)) VALUES (\(places))")
                for row in rows { try statement.run(row) }
            }
        }
        return Double(rows.count * times) / ((clock.now - begun) / .seconds(1))
    }
}
