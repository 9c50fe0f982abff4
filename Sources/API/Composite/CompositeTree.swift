import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `composite/tree/X`: new records with their children, all or none.
struct CompositeTree {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("composite/tree/:object", post: shared.rest(create))
    }

    @Sendable private func create(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let schema = try await call.session.schema()
        var tree = RecordTree(schema: schema)
        guard let records = try await call.body()["records"]?.elements, !records.isEmpty else {
            throw Subrequest.malformed("The body needs an array `records` with at least one record.")
        }
        for record in records { try tree.add(record, of: object, under: nil, level: 1) }
        guard tree.errors.isEmpty else { return answer(call, refused: tree.errors) }
        do {
            let ids = try await call.writer.together { [tree] session in
                var tree = tree
                let ids = try await tree.create(in: session)
                if !tree.errors.isEmpty { throw Undone(value: tree.errors) }
                return ids
            }
            return call.answer(.created) { json in
                json.object { json in
                    json.key("hasErrors")
                    json.boolean(false)
                    json.key("results")
                    json.array { json in
                        for (reference, id) in ids {
                            json.object { json in
                                json.member("referenceId", reference)
                                json.key("id")
                                json.value(.id(id))
                            }
                        }
                    }
                }
            }
        } catch let undone as Undone<[RecordTree.Refusal]> {
            return answer(call, refused: undone.value)
        }
    }

    private func answer(_ call: RESTCall, refused: [RecordTree.Refusal]) -> Response {
        call.answer(.badRequest) { json in
            json.object { json in
                json.key("hasErrors")
                json.boolean(true)
                json.key("results")
                json.array { json in
                    for refusal in refused {
                        json.object { json in
                            json.member("referenceId", refusal.reference)
                            OutcomeJSON.write(refusal.errors, base: call.base, into: &json)
                        }
                    }
                }
            }
        }
    }
}

/// Records that are to be made, with their children, in the order of the body.
struct RecordTree: Sendable {
    struct Refusal: Sendable {
        let reference: String
        let errors: [PlatformError]
    }

    private struct Node: Sendable {
        let reference: String
        let object: ObjectSchema
        var row: RowBody
        /// The parent's place, and the field that names it.
        let parent: (place: Int, field: String)?
        let level: Int
    }

    private(set) var errors: [Refusal] = []
    private var nodes: [Node] = []
    private var references: Set<String> = []
    private var objects: Set<String> = []
    private let schema: Schema

    init(schema: Schema) { self.schema = schema }

    /// Adds a record and its children. What is wrong with one is kept for the answer.
    mutating func add(
        _ value: JSONValue, of object: ObjectSchema, under parent: (place: Int, field: String)?, level: Int
    ) throws {
        guard let members = value.members else {
            throw PlatformError(.jsonParserError, "A record must be a JSON object at [line:1, column:1]")
        }
        let attributes = value["attributes"]
        guard let reference = attributes?["referenceId"]?.string, !reference.isEmpty else {
            throw Subrequest.malformed("A record needs attributes with a referenceId.")
        }
        try checkLimits(object, level)
        if !references.insert(reference).inserted {
            refuse(reference, "Duplicate ReferenceId provided in the request.")
        }
        if let type = attributes?["type"]?.string, type.lowercased() != object.name.lowercased() {
            refuse(reference, "The record is of type \(type.prefix(80)), and \(object.name) belongs here.")
        }
        let relations = schema.children(of: object)
        func relation(_ member: JSONMember) -> ChildRelationship? {
            guard member.value["records"]?.elements != nil else { return nil }
            return relations.first { $0.name?.lowercased() == member.name.lowercased() }
        }
        var row = RowBody()
        do {
            row = try RowBody(members.filter { relation($0) == nil }, object: object)
        } catch let error as PlatformError {
            errors.append(Refusal(reference: reference, errors: [error]))
        }
        let place = nodes.count
        nodes.append(Node(reference: reference, object: object, row: row, parent: parent, level: level))
        for member in members {
            guard let relation = relation(member) else { continue }
            for child in member.value["records"]?.elements ?? [] {
                try add(child, of: relation.child, under: (place, relation.field.name), level: level + 1)
            }
        }
    }

    /// Makes the records, parents first; the ids in the order of the body. What was refused is in ``errors``.
    mutating func create(in session: Session) async throws -> [(reference: String, id: RecordID)] {
        var ids = [RecordID?](repeating: nil, count: nodes.count)
        for level in 1...(nodes.map(\.level).max() ?? 1) {
            var waiting = nodes.indices.filter { place in
                nodes[place].level == level && nodes[place].parent.map { ids[$0.place] != nil } ?? true
            }[...]
            while let first = waiting.first {
                // Rows of one object with the same fields, as far as they stand one behind the other.
                let fields = fields(of: first)
                let run = waiting.prefix {
                    nodes[$0].object.name == nodes[first].object.name && self.fields(of: $0) == fields
                }
                waiting = waiting.dropFirst(run.count)
                let rows = run.map { place in
                    nodes[place].row.values + (nodes[place].parent.flatMap { ids[$0.place] }.map { [.id($0)] } ?? [])
                }
                let batch = Batch(nodes[first].object.name, fields: fields, rows: rows)
                for (place, outcome) in zip(run, try await session.create(batch, onFailure: .keepGoing)) {
                    ids[place] = outcome.id
                    if outcome.isRefused {
                        errors.append(Refusal(reference: nodes[place].reference, errors: outcome.errors))
                    }
                }
            }
        }
        return nodes.indices.compactMap { place in ids[place].map { (nodes[place].reference, $0) } }
    }

    private func fields(of place: Int) -> [String] {
        nodes[place].row.fields + (nodes[place].parent.map { [$0.field] } ?? [])
    }

    private mutating func checkLimits(_ object: ObjectSchema, _ level: Int) throws {
        objects.insert(object.name)
        guard nodes.count < Limits.collectionRowsMax else {
            throw PlatformError(
                .exceededIDLimit, "A tree has at most \(Limits.collectionRowsMax) records, children included.")
        }
        guard level <= Limits.treeLevelsMax, objects.count <= Limits.treeLevelsMax else {
            throw PlatformError(
                .operationTooLarge,
                "A tree is at most \(Limits.treeLevelsMax) levels deep, of at most \(Limits.treeLevelsMax) objects.")
        }
    }

    private mutating func refuse(_ reference: String, _ message: String) {
        errors.append(Refusal(reference: reference, errors: [Subrequest.malformed(message)]))
    }
}
