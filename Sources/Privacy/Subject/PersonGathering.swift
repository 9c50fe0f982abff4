import Engine
import Records

/// The records of a person as a session may see them, found by the schema's subject paths alone: quick enough for a
/// page, and without the right to act for persons that ``Session/trace(_:)`` asks for.
struct PersonGathering: Sendable {
    /// By object, the person's own records; each object has at most ``eachMax``.
    private(set) var records: [String: [RecordID]] = [:]

    static let eachMax = 2000

    init(_ people: PersonRecords, _ session: Session) async throws {
        let schema = try await session.schema()
        for record in people.all {
            guard let object = schema.object(of: record) else { continue }
            records[object.name, default: []].append(record)
        }
        let others = schema.objects.filter { !$0.isPerson && !$0.subjectPath.isEmpty && $0.isQueryable }
        // A case leads to its comments and these to nothing: three rounds are deeper than any path of the catalogue.
        var fresh = Set(people.all)
        for _ in 0..<3 where !fresh.isEmpty {
            var found: Set<RecordID> = []
            for object in others {
                let ids = try await children(in: object, of: fresh, schema, session)
                let new = ids.filter { !(records[object.name] ?? []).contains($0) }
                records[object.name, default: []] += new
                found.formUnion(new)
            }
            fresh = found
        }
        records = records.filter { !$0.value.isEmpty }
    }

    private func children(
        in object: ObjectSchema, of parents: Set<RecordID>, _ schema: Schema, _ session: Session
    ) async throws -> [RecordID] {
        var found: Set<RecordID> = []
        for name in object.subjectPath {
            guard let field = object.field(name) else { continue }
            let fitting = parents.filter { parent in
                schema.object(of: parent).map { field.referenceTo.contains($0.name) } ?? false
            }
            for chunk in fitting.sorted().chunks(of: 500) {
                found.formUnion(
                    try await session.query(
                        "SELECT Id FROM \(object.name) WHERE \(name) IN :parents LIMIT \(Self.eachMax)",
                        bindings: ["parents": .many(chunk.map(Value.id))]
                    ).compactMap(\.id)
                )
            }
        }
        return found.sorted()
    }
}
