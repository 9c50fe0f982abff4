import Engine
import HTTP
import Hummingbird
import Records

/// One purpose: whose records, and which fields, are there under it.
enum PurposePage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let errors: Notice?
        let action: String
        let name: String
        let developerName: String
        let description: String
        let bases: [Choice]
        let scopes: [Choice]
        let objects: [ObjectBox]
        let isUnlimited: Bool
        /// Those that can be added.
        let others: [Choice]
    }

    /// An object that the purpose needs, with all fields to choose from.
    struct ObjectBox: Sendable {
        let name: String
        let label: String
        let isWhole: Bool
        let groups: [FieldGroup]
    }

    /// Personal fields, and the rest.
    struct FieldGroup: Sendable {
        let label: String
        let fields: [Choice]
    }

    private static let scopes = ["Everyone", "NotOptedOut", "OptedIn"]

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.setsPurposes else { throw NothingHere() }
        try await visit.checkProof()
        return try await show(visit, typed: nil, errors: nil)
    }

    private static func show(_ visit: Visit, typed: FormFields?, errors: Notice?) async throws -> Response {
        let purpose = try await purpose(visit)
        let words = visit.words
        let bases = try await visit.session.query("SELECT Id, Name FROM DataUseLegalBasis ORDER BY Name LIMIT 200")
        let chosenBasis = typed.map { $0["basis"] ?? "" } ?? purpose.basis?.description ?? ""
        let scope = typed?["scope"] ?? purpose.scope
        let wanted = typed.map(Needs.init) ?? Needs(purpose)
        let added = try visit.query()["add"]
        let shown = candidates(visit).filter { wanted.objects.contains($0.name) || $0.name == added }
        let page = Page(
            token: visit.token.text, errors: errors, action: "\(PurposesPage.path)/\(purpose.id)",
            name: typed?["name"] ?? purpose.name, developerName: typed?["developerName"] ?? purpose.developerName ?? "",
            description: typed?["description"] ?? purpose.description,
            bases: [Choice("", words("purposes.no_basis"), isChosen: chosenBasis.isEmpty)]
                + bases.compactMap { row in
                    row.id.map {
                        Choice($0.description, row["Name"].text ?? "", isChosen: $0.description == chosenBasis)
                    }
                },
            scopes: scopes.map {
                Choice(
                    $0, words("purposes.scope_\($0)"), isChosen: $0 == scope, hint: words("purposes.scope_hint_\($0)"))
            },
            objects: shown.map { box($0, wanted, visit) }, isUnlimited: shown.isEmpty,
            others: candidates(visit).filter { object in !shown.contains { $0.name == object.name } }.map {
                Choice($0.name, $0.label(words.language), isChosen: false)
            })
        return visit.page(
            "purpose", title: purpose.name, at: nil, page, status: errors == nil ? .ok : .unprocessableContent)
    }

    static func act(_ visit: Visit) async throws -> Response {
        guard visit.setsPurposes else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: PurposesPage.path, within: 3600)
        let purpose = try await purpose(visit)
        if form["act"] == "delete" {
            let outcomes = try await visit.session.delete([purpose.id], onFailure: .rollbackAll)
            if let error = outcomes.lazy.flatMap(\.errors).first { throw error }
            return .seeOther(PurposesPage.path, told: .purposeDeleted)
        }
        do {
            try await visit.session.together { try await save(form, purpose, visit, $0) }
        } catch let refusal as Refused {
            return try await show(visit, typed: form, errors: PurposesPage.notice(of: refusal.errors, visit))
        }
        return .seeOther("\(PurposesPage.path)/\(purpose.id)", told: .purposeSaved)
    }

    private struct Refused: Error { let errors: [PlatformError] }

    private static func save(
        _ form: FormFields, _ purpose: DataUsePurpose, _ visit: Visit, _ session: Session
    ) async throws {
        func check(_ outcomes: [Outcome]) throws {
            let errors = outcomes.flatMap(\.errors)
            if !errors.isEmpty { throw Refused(errors: errors) }
        }
        func text(_ name: String) -> Value { form[name].flatMap { $0.isEmpty ? nil : .text($0) } ?? .null }
        try check(
            await session.update(
                Batch(
                    "DataUsePurpose",
                    [
                        "Id": .id(purpose.id), "Name": text("name"), "DeveloperName": text("developerName"),
                        "Description": text("description"), "SubjectScope": text("scope"),
                        "LegalBasisId": form["basis"].flatMap { RecordID($0) }.map { .id($0) } ?? .null,
                    ]),
                onFailure: .rollbackAll))
        let wanted = Needs(form)
        let kept = Needs(purpose)
        let gone = kept.rows.subtracting(wanted.rows).compactMap { purpose.needs[$0.object]?[$0.field] }
        if !gone.isEmpty { try check(await session.delete(gone.sorted(), onFailure: .rollbackAll)) }
        let new = wanted.rows.subtracting(kept.rows).sorted {
            ($0.object, $0.field ?? "") < ($1.object, $1.field ?? "")
        }
        if new.isEmpty { return }
        let batch = Batch(
            "DataUsePurposeScope", fields: ["DataUsePurposeId", "SobjectType", "Field"],
            rows: new.map { row in
                [.id(purpose.id), .text(row.object), row.field.map { .text("\(row.object).\($0)") } ?? .null]
            })
        try check(await session.create(batch, onFailure: .rollbackAll))
    }

    // MARK: Pieces

    /// What a purpose needs, as it is kept or as it was chosen.
    private struct Needs {
        struct Row: Hashable {
            let object: String
            /// Nil: all of it.
            let field: String?
        }

        let rows: Set<Row>

        init(_ purpose: DataUsePurpose) {
            rows = Set(purpose.needs.flatMap { object, fields in fields.keys.map { Row(object: object, field: $0) } })
        }

        init(_ form: FormFields) {
            let whole = Set(form.all("whole"))
            let fields = form.all("field").compactMap { path -> Row? in
                let names = path.split(separator: ".", maxSplits: 1).map(String.init)
                guard names.count == 2, !whole.contains(names[0]) else { return nil }
                return Row(object: names[0], field: names[1])
            }
            rows = Set(whole.map { Row(object: $0, field: nil) } + fields)
        }

        var objects: Set<String> { Set(rows.map(\.object)) }

        func has(_ object: String, _ field: String?) -> Bool { rows.contains(Row(object: object, field: field)) }
    }

    private static func purpose(_ visit: Visit) async throws -> DataUsePurpose {
        guard let purpose = try await DataUsePurpose.all(visit, only: try visit.id()).first else { throw NothingHere() }
        return purpose
    }

    /// Objects that a purpose can need: all that are not the organisation's own set-up.
    private static func candidates(_ visit: Visit) -> [ObjectSchema] {
        visit.schema.objects.filter { object in
            !object.isInternal && object.sharedObject == nil
                && (object.isPerson || !object.subjectPath.isEmpty || object.isCustom
                    || object.fields.contains { $0.classification != nil })
        }.sorted { $0.label(visit.words.language) < $1.label(visit.words.language) }
    }

    private static func box(_ object: ObjectSchema, _ wanted: Needs, _ visit: Visit) -> ObjectBox {
        let words = visit.words
        // What stands on every record is always there.
        let always: Set<String> = [
            "Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
        ]
        let fields = object.fields.filter { !always.contains($0.name) }
        func group(_ label: String, _ isPersonal: Bool) -> FieldGroup {
            FieldGroup(
                label: words(label),
                fields: fields.filter { ($0.classification != nil) == isPersonal }.map { field in
                    Choice(
                        "\(object.name).\(field.name)", field.label(words.language),
                        isChosen: wanted.has(object.name, field.name), hint: field.name)
                })
        }
        return ObjectBox(
            name: object.name, label: object.label(words.language), isWhole: wanted.has(object.name, nil),
            groups: [group("purposes.personal", true), group("purposes.other", false)].filter { !$0.fields.isEmpty })
    }
}
