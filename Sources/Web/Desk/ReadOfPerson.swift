import Engine
import Records

/// Somebody who saw a person's records or received them, as the reader of the page knows it.
struct ReadOfPerson: Sendable {
    let at: Instant
    let who: String
    let application: String
    let purpose: String
    /// `read`, `query`, `search`, `export`, `refused`: a key of the words.
    let kind: String

    private static let rowsMax = 500

    /// The latest first. The product's own work shows under its own name.
    static func all(of person: Person, _ visit: Visit) async throws -> [ReadOfPerson] {
        let accesses = try await visit.session.accesses(to: person.id, limit: rowsMax)
        let names = try await visit.names(of: Set(accesses.map(\.user)))
        return accesses.map { access in
            ReadOfPerson(
                at: access.at, who: names[access.user] ?? visit.words("person.system"),
                application: access.application,
                purpose: visit.words.known("purpose.\(access.purpose)") ?? access.purpose,
                kind: String(describing: access.kind)
            )
        }
    }
}

extension ReadOfPerson {
    /// Reads of one kind by one person that followed each other on one day: nobody reads the same line eighty times.
    static func runs(_ reads: [ReadOfPerson], _ dates: Dates) -> [(latest: ReadOfPerson, count: Int)] {
        var runs: [(latest: ReadOfPerson, count: Int)] = []
        for read in reads {
            if let run = runs.last?.latest, run.who == read.who, run.kind == read.kind, run.purpose == read.purpose,
                run.application == read.application, dates.day(of: run.at) == dates.day(of: read.at)
            {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((read, 1))
            }
        }
        return runs
    }
}

extension Visit {
    /// The names of users.
    func names(of users: Set<RecordID>) async throws -> [RecordID: String] {
        guard !users.isEmpty, schema.object("User") != nil else { return [:] }
        let rows = try await session.query(
            "SELECT Id, Name FROM User WHERE Id IN :users", bindings: ["users": .many(users.map(Value.id))]
        )
        return Dictionary(rows.compactMap { row in row.id.map { ($0, row.text("Name") ?? "") } }) { first, _ in first }
    }
}
