import Records
import Store

/// Makes an organisation's schema what files say, in the transaction that it is given: objects first, so that fields may
/// refer to any of them.
struct SchemaImport {
    let files: [SchemaFile]
    let connection: any Connection

    func run(_ differences: [SchemaDifference]) throws {
        for difference in differences where difference.field == nil {
            guard let file = file(difference), difference.kind != .absent else { continue }
            if let own = file.own {
                if try schema().object(own.name) == nil {
                    try SchemaChange.add(own, to: try schema(), on: connection)
                } else {
                    try change(own)
                }
            }
            try setSharing(file)
        }
        for (difference, field) in controllersFirst(differences) {
            switch difference.kind {
            case .added: try SchemaChange.add(NewField(field), to: difference.object, in: try schema(), on: connection)
            case .changed: try SchemaChange.change(field, of: difference.object, in: try schema(), on: connection)
            case .absent: continue
            }
        }
    }

    private func setSharing(_ file: SchemaFile) throws {
        let schema = try schema()
        guard let model = file.sharing ?? (file.own == nil ? nil : .readWrite), let object = schema.object(file.object),
            object.sharing != model
        else { return }
        try SharingModels(schema: schema, connection: connection).set(model, of: object.name)
    }

    /// The fields, each behind the one that controls its values.
    private func controllersFirst(_ differences: [SchemaDifference]) -> [(SchemaDifference, Field)] {
        var waiting = differences.compactMap { difference in
            file(difference)?.fields.first { $0.name.lowercased() == difference.field?.lowercased() }.map {
                (difference, $0)
            }
        }
        var ordered: [(SchemaDifference, Field)] = []
        while !waiting.isEmpty {
            let next = waiting.firstIndex { difference, field in
                !waiting.contains { other, controller in
                    other.object == difference.object
                        && controller.name.lowercased() == field.controllerName?.lowercased()
                }
            }
            // Fields that control each other are refused when the first is added.
            ordered.append(waiting.remove(at: next ?? 0))
        }
        return ordered
    }

    /// As this transaction has made it so far.
    private func schema() throws -> Schema {
        try LiveSchema.load(version: try LiveSchema.version(on: connection), on: connection)
    }

    private func file(_ difference: SchemaDifference) -> SchemaFile? {
        files.first { $0.object.lowercased() == difference.object.lowercased() }
    }

    /// Labels change; how records are named and whether they are searched does not, once there are some.
    private func change(_ own: NewObject) throws {
        guard let object = try schema().object(own.name) else { return }
        var format: String?
        if case .autoNumber(let text) = own.naming { format = text }
        guard object.field("Name")?.autoNumberFormat == format, object.isSearchable == own.isSearchable else {
            throw PlatformError(
                .invalidField, "\(object.name): `name:` and `search:` of an object that is there cannot be changed."
            )
        }
        let stored = try connection.first("SELECT text FROM az_object WHERE name = \(.text(object.name))") {
            $0.string(0)
        }
        guard let stored, let body = stored.firstRange(of: "\n\n") else { return }
        let header = ObjectText.header(
            label: SchemaChange.oneLine(own.label), plural: SchemaChange.oneLine(own.labelPlural),
            labelJa: SchemaChange.oneLine(own.labelJa), prefix: object.keyPrefix, isSearchable: own.isSearchable
        )
        try connection.execute(
            """
            UPDATE az_object SET text = \(.text(header + stored[body.lowerBound...])) \
            WHERE name = \(.text(object.name))
            """
        )
        try LiveSchema.advance(on: connection)
    }
}
