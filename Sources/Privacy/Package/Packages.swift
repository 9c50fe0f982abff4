public import Engine
public import Records

/// Makes packages of what is held of a person.
public struct Packages: Sendable {
    let session: Session
    let environment: Environment

    public init(_ session: Session, environment: Environment) {
        self.session = session
        self.environment = environment
    }

    /// Makes the package of a person, and puts on record that it was made.
    ///
    /// - Parameters:
    ///   - person: A record of the person.
    ///   - request: The request that it answers; nil when nobody asked.
    ///   - language: Of the cover page: `ja` or `en`.
    /// - Throws: `INSUFFICIENT_ACCESS` and `NOT_FOUND` as ``Session/trace(_:)``; `OPERATION_TOO_LARGE` above 50,000
    ///   records.
    public func make(
        of person: RecordID, for request: DataSubjectRequest?, language: String
    ) async throws -> PersonPackage {
        let trace = try await session.trace(person)
        let records = try await PackageRecords(trace, session)
        let made = environment.now()
        var files = records.tables.map(\.csv)
        files.append(records.json(person: trace.subject, made: made))
        files.append(records.schema(language: language))
        files.append(try records.xml(person: trace.subject, made: made))
        files.append(try await cover(trace, records, made: made, for: request, language: language, files: files).file)
        let manifest = PackageManifest(
            person: trace.subject, made: made, application: session.application, request: request,
            mentions: records.mentions, files: files
        )
        files.append(manifest.file)
        let package = PersonPackage(person: trace.subject, made: made, counts: records.counts, files: files)
        try await prove(package, records, for: request)
        return package
    }

    private func cover(
        _ trace: Trace, _ records: PackageRecords, made: Instant, for request: DataSubjectRequest?, language: String,
        files: [PersonPackage.File]
    ) async throws -> PackageCover {
        let words = try CoverWords(language)
        let schema = try await session.schema()
        let ids = Dictionary(uniqueKeysWithValues: records.tables.map { ($0.object.name, $0.rows.compactMap(\.id)) })
        let organisation = try await session.query("SELECT Name FROM Organization LIMIT 1").first?["Name"].text
        let people = records.tables.filter(\.object.isPerson).flatMap(\.rows)
        let name = (people.first { $0.id == trace.subject } ?? people.first)?["Name"].text
        return PackageCover(
            words: words, organisation: organisation ?? "", name: name ?? "", made: made, request: request,
            holdings: try await Holdings(session).holdings(ids),
            consents: try await Consents(session, environment: environment).history(of: trace.subject),
            accesses: try await session.accesses(to: trace.subject, limit: 1000),
            mentions: records.mentions.sorted { $0.key < $1.key }.map { object, count in
                let known = schema.object(object)
                return ((words.language == "ja" ? known?.labelJa : known?.labelPlural) ?? object, count)
            },
            files: files
        )
    }

    private func prove(_ package: PersonPackage, _ records: PackageRecords, for request: DataSubjectRequest?)
        async throws
    {
        var facts: [String: Evidence.Fact] = [
            "manifest": .text(package.hash), "records": .count(package.counts.values.reduce(0, +)),
            "application": .text(session.application),
        ]
        if let request { facts["request"] = .text(request.id.description) }
        try await session.proveExport(
            of: package.person,
            records: Dictionary(
                uniqueKeysWithValues: records.tables.map { ($0.object.name, $0.rows.compactMap(\.id)) }),
            facts: facts
        )
    }
}
