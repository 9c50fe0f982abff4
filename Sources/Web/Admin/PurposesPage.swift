import Engine
import HTTP
import Hummingbird
import Identity
import Records

/// What customer data is used for, and how far each use goes.
enum PurposesPage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let errors: Notice?
        let purposes: [Row]
        let name: String
        let developerName: String
    }

    struct Row: Sendable {
        let name: String
        let href: String?
        let developerName: String
        let people: String
        let fields: [String]
        let usedBy: [String]
    }

    static let path = "/purposes"

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.setsPurposes else { throw NothingHere() }
        try await visit.checkProof()
        return try await show(visit, typed: nil, errors: nil)
    }

    private static func show(_ visit: Visit, typed: FormFields?, errors: Notice?) async throws -> Response {
        let words = visit.words
        let kept = try await DataUsePurpose.all(visit)
        let users = try await users(visit)
        let named = Set(kept.compactMap(\.developerName))
        let own = Engine.ownPurposes.filter { !named.contains($0) }.map { name in
            Row(
                name: words("purpose.\(name)"), href: nil, developerName: name, people: words("purposes.unlimited"),
                fields: [words("purposes.all_fields")], usedBy: users[name] ?? [])
        }
        let rows = kept.map { purpose in
            let isUsed = purpose.developerName != nil
            return Row(
                name: purpose.name, href: "\(path)/\(purpose.id)", developerName: purpose.developerName ?? "",
                people: isUsed ? words("purposes.scope_\(purpose.scope)") : words("purposes.recorded"),
                fields: isUsed ? purpose.summary(visit) : [],
                usedBy: (purpose.developerName.flatMap { users[$0] } ?? []) + purpose.sets)
        }
        return visit.page(
            "purposes", title: words("purposes.title"), at: nil,
            Page(
                token: visit.token.text, errors: errors, purposes: rows + own, name: typed?["name"] ?? "",
                developerName: typed?["developerName"] ?? ""),
            status: errors == nil ? .ok : .unprocessableContent)
    }

    static func add(_ visit: Visit) async throws -> Response {
        guard visit.setsPurposes else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        let developerName = form["developerName"] ?? ""
        let outcome = try await visit.session.create(
            Batch(
                "DataUsePurpose",
                [
                    "Name": .text(form["name"] ?? ""),
                    "DeveloperName": developerName.isEmpty ? .null : .text(developerName),
                ]),
            onFailure: .rollbackAll
        ).first
        guard case .done(let id, _) = outcome else {
            return try await show(visit, typed: form, errors: notice(of: outcome?.errors ?? [], visit))
        }
        return .seeOther("\(path)/\(id)", told: .purposeSaved)
    }

    /// What was wrong with what was typed.
    static func notice(of errors: [PlatformError], _ visit: Visit) -> Notice {
        .failed(
            visit.words("purposes.not_saved"),
            items: errors.map { error in
                let field = error.fields.first == "DeveloperName" ? "developerName" : "name"
                let isOfName = field == "developerName" && error.code == .invalidOperation
                return Notice.Item(
                    href: "#\(field)",
                    text: isOfName
                        ? visit.words("purposes.wrong_name") : visit.refusal(error, of: "DataUsePurpose"))
            })
    }

    /// The applications that are registered for a purpose, by its name.
    private static func users(_ visit: Visit) async throws -> [String: [String]] {
        var users: [String: [String]] = [:]
        for application in try await visit.identity.applications() {
            for purpose in application.purposes { users[purpose, default: []].append(application.name) }
        }
        return users
    }
}

/// A purpose as the pages know it.
struct DataUsePurpose: Sendable {
    let id: RecordID
    let name: String
    let developerName: String?
    let description: String
    let basis: RecordID?
    /// `Everyone`, `NotOptedOut` or `OptedIn`.
    let scope: String
    /// By object the fields, each with the row that says so; nil for the whole object.
    var needs: [String: [String?: RecordID]] = [:]
    /// The permission sets whose holders work under it.
    var sets: [String] = []

    static func all(_ visit: Visit, only id: RecordID? = nil) async throws -> [DataUsePurpose] {
        let condition = id == nil ? "" : "WHERE Id = :id "
        let bindings = id.map { ["id": BoundValue.one(.id($0))] } ?? [:]
        let session = visit.session
        var purposes = try await session.query(
            """
            SELECT Id, Name, DeveloperName, Description, LegalBasisId, SubjectScope FROM DataUsePurpose \
            \(condition)ORDER BY Name, Id LIMIT 500
            """, bindings: bindings
        ).compactMap(DataUsePurpose.init)
        let places = Dictionary(uniqueKeysWithValues: purposes.enumerated().map { ($1.id, $0) })
        for row in try await session.query(
            "SELECT Id, DataUsePurposeId, SobjectType, Field FROM DataUsePurposeScope ORDER BY SobjectType, Field LIMIT 20000"
        ) {
            guard let scope = row.id, let place = row["DataUsePurposeId"].id.flatMap({ places[$0] }),
                let object = row["SobjectType"].text
            else { continue }
            let field = row["Field"].text.map { String($0.dropFirst(object.count + 1)) }
            purposes[place].needs[object, default: [:]][field] = scope
        }
        for row in try await session.query(
            "SELECT Label, DataUsePurposeId FROM PermissionSet WHERE DataUsePurposeId != null ORDER BY Label LIMIT 2000"
        ) {
            guard let place = row["DataUsePurposeId"].id.flatMap({ places[$0] }) else { continue }
            purposes[place].sets.append(row["Label"].text ?? "")
        }
        return purposes
    }

    private init?(_ row: Record) {
        guard let id = row.id else { return nil }
        self.id = id
        name = row["Name"].text ?? ""
        developerName = row["DeveloperName"].text
        description = row["Description"].text ?? ""
        basis = row["LegalBasisId"].id
        scope = row["SubjectScope"].text ?? "Everyone"
    }

    /// What is there under it, a line for each object.
    func summary(_ visit: Visit) -> [String] {
        let words = visit.words
        if needs.isEmpty { return [words("purposes.all_fields")] }
        return needs.sorted { $0.key < $1.key }.map { name, fields in
            let object = visit.schema.object(name)
            let label = object?.label(words.language) ?? name
            if fields.keys.contains(nil) { return words("purposes.whole", ["object": label]) }
            let labels = fields.keys.compactMap { $0 }.sorted().map { field in
                object?.field(field)?.label(words.language) ?? field
            }
            return words(
                "purposes.some", ["object": label, "fields": labels.joined(separator: words.language.comma)])
        }
    }
}

extension Visit {
    /// Whether this session decides what customer data may be used for.
    var setsPurposes: Bool { schema.object("DataUsePurposeScope")?.isCreateable ?? false }
}
