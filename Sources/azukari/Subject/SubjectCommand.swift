import ArgumentParser
import Engine
import Privacy
import Records

/// `azukari subject`.
struct SubjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject",
        abstract: "See a person whole, and do what they may ask for.",
        discussion: """
            A person is named by --id (of a contact, lead, individual, or any record of theirs), by --ext (the external
            id Ext__c), or by --email. What is a right of theirs is entered in the register of requests, with its clock,
            and needs --verified-by: how you know that it is they who ask. A command that was cut off goes on with
            --request and the number of its request.

            EXAMPLES
              azukari subject show --email hana@example.com
              azukari subject places --ext P0000001 --json
              azukari subject consent --ext P0000001 --channel Email --status OptOut --method Phone
              azukari subject package --ext P0000001 --verified-by "passport seen" --out hana.zip
              azukari subject restrict --ext P0000001 --verified-by "known voice, called back"
              azukari subject lift R-000001 --told Email
              azukari subject erase --ext P0000001 --preview
              azukari subject erase --ext P0000001 --verified-by "signed letter" --certificate hana.json
            """,
        subcommands: [
            SubjectShowCommand.self, SubjectPlacesCommand.self, SubjectConsentCommand.self, SubjectPackageCommand.self,
            SubjectRestrictCommand.self, SubjectLiftCommand.self, SubjectEraseCommand.self,
        ])
}

/// Who is meant.
struct PersonOptions: ParsableArguments {
    @Option(help: "The id of a record of the person.") var id: String?
    @Option(help: "The external id (Ext__c) of their contact, lead or individual.") var ext: String?
    @Option(help: "Their e-mail address; it must be one person's alone.") var email: String?

    func validate() throws {
        if [id, ext, email].compactMap({ $0 }).count > 1 {
            throw ValidationError("Name the person once: with --id, --ext or --email.")
        }
    }

    var isNamed: Bool { id != nil || ext != nil || email != nil }

    /// A record of the person.
    ///
    /// - Throws: `NOT_FOUND` when there is none, `INVALID_OPERATION` when several people are meant.
    func record(in session: Session) async throws -> RecordID {
        if let id {
            guard let record = RecordID(id) else { throw PlatformError(.malformedID, "\(id) is no id of a record.") }
            return record
        }
        if let ext { return try await only(try await session.people(with: "Ext__c", equal: ext), ext, in: session) }
        if let email {
            return try await only(try await session.people(with: "Email", equal: email), email, in: session)
        }
        throw ValidationError("Name the person with --id, --ext or --email.")
    }

    /// Several records may be one person's, also a lead that no record ties to the contact; several people are not one.
    private func only(_ records: [RecordID], _ key: String, in session: Session) async throws -> RecordID {
        var people: Set<RecordID> = []
        for record in records { if let person = try await session.subject(of: record) { people.insert(person) } }
        guard let first = records.first, !people.isEmpty else {
            throw PlatformError(.notFound, "No person is found by \(key). A restricted person is found by nobody.")
        }
        if people.count == 1 { return first }
        let trace = try await session.trace(first)
        guard people.isSubset(of: [trace.subject] + trace.otherSubjects) else {
            let ids = people.sorted().map(\.description).joined(separator: ", ")
            throw PlatformError(.invalidOperation, "\(key) is of several people: name one with --id. They are \(ids).")
        }
        return first
    }
}

extension Session {
    /// Contacts, leads and individuals that have a value in a field.
    fileprivate func people(with field: String, equal value: String) async throws -> [RecordID] {
        let schema = try await schema()
        var found: [RecordID] = []
        for name in ["Contact", "Lead", "Individual"] where schema.object(name)?.field(field) != nil {
            found += try await query(
                "SELECT Id FROM \(name) WHERE \(field) = :value LIMIT 50", bindings: ["value": .one(.text(value))]
            ).compactMap(\.id)
        }
        return found
    }
}
