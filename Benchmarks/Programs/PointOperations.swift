import ArgumentParser
import Engine
import Foundation
import Records
import Store

/// Reads and writes single contacts of an organisation, and reads the same rows by the same SQL typed by hand; tells what each
/// takes.
struct PointOperations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "point", abstract: "Query, create, change and delete contacts one at a time."
    )

    @Argument(help: "The organisation's folder.")
    var folder: String

    @Option(help: "The PostgreSQL database of its records; else they are in the file of the folder.")
    var database: String?

    private static let rounds = 7
    private static let queries = 2_000
    private static let writes = 100
    private static let keptMax = 200

    func run() async throws {
        let engine = try await Engine.open(folder: folder, environment: .system)
        let store: any Store =
            try database.map { try PostgreSQLStore.open($0, readers: 2) }
            ?? SQLiteStore.open(path: folder + "/azukari.sqlite", readers: 2)
        do {
            let session = engine.systemSession(as: .operator, reason: "benchmark of points")
            let all = try await session.query("SELECT Id, Email FROM Contact LIMIT 50000")
            let contacts = all.enumerated().compactMap { place, row in
                place % 50 == 0 ? row["Id"].id.map { (id: $0, email: row["Email"].text ?? "") } : nil
            }
            guard contacts.count > 50 else { throw ValidationError("There are too few contacts.") }
            let reads = try await reads(contacts, session, store)
            let writes = try await writes(session)
            print("{" + (reads + writes).map { #""\#($0.name)": \#($0.microseconds)"# }.joined(separator: ", ") + "}")
        } catch {
            await store.close()
            await engine.close()
            throw error
        }
        await store.close()
        await engine.close()
    }

    private typealias Time = (name: String, microseconds: Double)

    private func reads(
        _ contacts: [(id: RecordID, email: String)], _ session: Session, _ store: any Store
    ) async throws -> [Time] {
        let byID = KeptSQL(
            #"SELECT "Id", "LastName", "Email", "Phone" FROM "Contact" WHERE "Id" = \#(.null) AND "IsDeleted" = 0"#)
        let byEmail = KeptSQL(
            #"SELECT "Id", "LastName", "Email", "Phone" FROM "Contact" WHERE "Email" = \#(.null) AND "IsDeleted" = 0"#)
        func byHand(_ statement: KeptSQL, _ value: Value) async throws {
            let found = try await store.read { connection in
                var rows: [[Value]] = []
                try connection.rows(statement, [value]) { row in
                    rows.append([
                        row.value(0, as: .id), row.value(1, as: .string), row.value(2, as: .email),
                        row.value(3, as: .phone),
                    ])
                    return true
                }
                return rows
            }
            guard found.count == 1 else { throw ValidationError("A contact is not there once.") }
        }
        // As programs ask: the value stands in the text. There are few enough that their plans are kept after the first round.
        func byEngine(_ soql: String) async throws {
            let found = try await session.query(soql)
            guard found.count == 1 else { throw ValidationError("A contact is not there once.") }
        }
        let query = "SELECT Id, LastName, Email, Phone FROM Contact WHERE"
        var times: [String: [Double]] = [:]
        // In turn, so that what else the machine does meets all alike.
        for round in 0..<Self.rounds {
            let some = (0..<Self.queries).map { contacts[($0 * 7 + round) % min(contacts.count, Self.keptMax)] }
            times["handById", default: []].append(
                try await Self.each(some) { try await byHand(byID, .id($0.id)) })
            times["queryById", default: []].append(
                try await Self.each(some) { try await byEngine("\(query) Id = '\($0.id)'") })
            times["handByEmail", default: []].append(
                try await Self.each(some) { try await byHand(byEmail, .text($0.email)) })
            times["queryByEmail", default: []].append(
                try await Self.each(some) { try await byEngine("\(query) Email = '\($0.email)'") })
        }
        return times.sorted { $0.key < $1.key }.map { ($0.key, Self.middle($0.value)) }
    }

    private func writes(_ session: Session) async throws -> [Time] {
        var times: [String: [Double]] = [:]
        for round in 0..<Self.rounds {
            let numbers = Array(0..<Self.writes)
            var ids: [RecordID] = []
            times["create", default: []].append(
                try await Self.each(numbers) { number in
                    let email = "point\(round)-\(number)@example.org"
                    let made = try await session.create(
                        Batch("Contact", ["LastName": "Point", "Email": .text(email), "Phone": "+1 555 0100"]),
                        onFailure: .rollbackAll)
                    guard let id = made[0].id else { throw ValidationError("A contact was refused.") }
                    ids.append(id)
                })
            times["update", default: []].append(
                try await Self.each(ids) { id in
                    _ = try await session.update(
                        Batch("Contact", ["Id": .id(id), "Phone": "+1 555 0101"]), onFailure: .rollbackAll)
                })
            times["delete", default: []].append(
                try await Self.each(ids) { _ = try await session.delete([$0], onFailure: .rollbackAll) })
        }
        return times.sorted { $0.key < $1.key }.map { ($0.key, Self.middle($0.value)) }
    }

    /// Microseconds for one, after some of warming.
    private static func each<T>(_ all: [T], _ body: (T) async throws -> Void) async throws -> Double {
        let clock = ContinuousClock()
        let begun = clock.now
        for one in all { try await body(one) }
        return (clock.now - begun) / .microseconds(1) / Double(all.count)
    }

    private static func middle(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }
}
