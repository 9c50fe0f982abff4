import Engine
import HTTP
import Hummingbird
import Loading
import Records

/// Which column of a file is which field, and what would come of its first rows.
struct ImportPlan: Sendable {
    let pages: ImportPages

    /// What the page shows.
    struct Page: Sendable {
        let name: String
        let action: String
        let token: String
        let facts: [Fact]
        let error: Notice?
        let trial: Notice
        let columns: [ColumnRow]
        let keys: KeyChoices?
        let heads: [String]
        let rows: [TriedRow]
        let start: String
        let typed: TypedNumber?
    }

    /// A column of the file.
    struct ColumnRow: Sendable {
        let place: Int
        let name: String
        let samples: [String]
        let fields: [Choice]
        /// Nil where it goes to no date.
        let orders: DateOrders?
    }

    /// How its dates are written.
    struct DateOrders: Sendable {
        let choices: [Choice]
    }

    /// By which field records are known to be the same.
    struct KeyChoices: Sendable {
        let choices: [Choice]
    }

    /// A number to be typed before something grave.
    struct TypedNumber: Sendable {
        let label: String
        let error: String?
    }

    /// One of the first rows, and why it would be refused.
    struct TriedRow: Sendable {
        let number: String
        let cells: [TriedCell]
        let state: StateWord
        let reasons: [String]
    }

    struct TriedCell: Sendable {
        let head: String
        let text: String
        let isWrong: Bool
    }

    private static let rowsTried = 20
    private static let samplesShown = 3

    func show(_ visit: Visit) async throws -> Response {
        let found = try await ImportJob.at(visit)
        return found.job.state == .open
            ? try await page(found, visit) : try await ImportProgress.show(found, visit)
    }

    func act(_ visit: Visit) async throws -> Response {
        let form = try await visit.form()
        let found = try await ImportJob.at(visit)
        switch form["act"] {
        case "discard":
            try await stop(found, visit)
            try await visit.session.removeJob(found.job.id)
            return .seeOther(ImportPages.path, told: .importDiscarded)
        case "stop":
            try await stop(found, visit)
            return .seeOther(found.path)
        default: break
        }
        guard found.job.state == .open else { return .seeOther(found.path) }
        let changed = try await change(found, as: form, visit)
        guard form["act"] == "start" else { return .seeOther(changed.path) }
        if changed.job.operation == .delete, form["typed"]?.filter(\.isNumber) != String(changed.file.rows) {
            return try await page(changed, visit, isMistyped: true)
        }
        if let problem = try await problem(of: changed, visit) { return try await page(changed, visit, error: problem) }
        var begun = changed.form
        begun.begun = visit.environment.now()
        _ = try await visit.session.changeJob(changed.job.id, to: Self.job(changed, begun))
        _ = try await visit.session.closeJob(changed.job.id)
        pages.wake()
        return .seeOther(changed.path)
    }

    /// Ends the job; one that has just ended by itself is as well.
    private func stop(_ found: ImportJob, _ visit: Visit) async throws {
        do {
            _ = try await visit.session.abortJob(found.job.id)
        } catch let error as PlatformError where error.code == .invalidStatus {}
    }

    private static func job(_ found: ImportJob, _ form: BulkForm, key: String? = nil) -> NewBulkJob {
        NewBulkJob(
            kind: .ingest, operation: found.job.operation, object: found.job.object,
            externalID: found.job.operation == .upsert ? key ?? found.job.externalID : nil, form: form.text)
    }

    /// Keeps where the columns go.
    private func change(_ found: ImportJob, as fields: FormFields, _ visit: Visit) async throws -> ImportJob {
        let trial = try await sample(found, visit)
        var form = found.form
        let object = try object(of: found, visit)
        form.targets = trial.header.indices.map { place in
            let field = fields["field-\(place)"] ?? ""
            let type = object.field(field)?.type
            let order = fields["date-\(place)"].flatMap(DateOrder.init(rawValue:))
            return ColumnTarget(field: field, dateOrder: type == .date || type == .datetime ? order : nil)
        }
        let changed = try await visit.session.changeJob(found.job.id, to: Self.job(found, form, key: fields["key"]))
        return ImportJob(changed) ?? found
    }

    private func object(of found: ImportJob, _ visit: Visit) throws -> ObjectSchema {
        guard let object = visit.schema.object(found.job.object) else { throw NothingHere() }
        return object
    }

    private func source(of found: ImportJob, _ visit: Visit) async throws -> JobBytes {
        guard let batch = try await visit.session.batches(of: found.job.id).first else { throw NothingHere() }
        return try await visit.session.sent(batch)
    }

    private func sample(_ found: ImportJob, _ visit: Visit) async throws -> ImportTrial {
        try ImportTrial(sample: Self.rowsTried, of: try await source(of: found, visit), form: found.form)
    }

    /// Why the job cannot be begun as it is; nil when it can.
    private func problem(of found: ImportJob, _ visit: Visit) async throws -> String? {
        let words = visit.words
        let names = found.form.targets.map(\.field).filter { !$0.isEmpty }
        if names.isEmpty { return words("import.no_targets") }
        if let twice = Dictionary(grouping: names, by: { $0.lowercased() }).values.first(where: { $0.count > 1 }) {
            let field = visit.schema.object(found.job.object)?.field(twice[0])?.label(words.language) ?? twice[0]
            return words("import.twice", ["field": field])
        }
        do {
            try BulkWrite.check(names, of: found.job)
            return nil
        } catch is BatchFault {
            let key = found.job.operation == .upsert ? found.job.externalID ?? "Id" : "Id"
            return words("import.needs_\(found.job.operation == .delete ? "id_only" : "key")", ["field": key])
        }
    }

    private func page(
        _ found: ImportJob, _ visit: Visit, error: String? = nil, isMistyped: Bool = false
    ) async throws -> Response {
        let words = visit.words
        let object = try object(of: found, visit)
        let sample = try await sample(found, visit)
        let problem = try await problem(of: found, visit)
        var trial: ImportTrial?
        if problem == nil {
            trial = try await ImportTrial(
                of: found.job, source: try await source(of: found, visit), form: found.form, object: object,
                rows: Self.rowsTried, in: visit.session)
        }
        let targets = found.form.targets
        let shown = targets.indices.filter { !targets[$0].field.isEmpty }
        let page = Page(
            name: found.file.name, action: found.path, token: visit.token.text, facts: facts(found, visit),
            error: error.map { .failed(words("import.cannot_start"), text: [$0]) },
            trial: notice(trial, problem: problem, visit),
            columns: sample.header.indices.map { column($0, sample, targets, found, object, visit) },
            keys: found.job.operation == .upsert ? keys(object, found, visit) : nil,
            heads: shown.map { sample.header[$0] },
            rows: (trial ?? sample).rows.enumerated().map { place, row in
                tried(row, number: place + 1, sample.header, shown: shown, isTried: trial != nil, object, visit)
            },
            start: words(
                found.job.operation == .delete ? "import.start_delete" : "import.start",
                ["rows": words.count("import.rows", found.file.rows)]),
            typed: found.job.operation == .delete
                ? TypedNumber(
                    label: words("import.typed", ["rows": Words.grouped(found.file.rows)]),
                    error: isMistyped ? words("import.mistyped") : nil) : nil)
        return visit.page(
            "import-plan", title: words("import.plan_title", ["name": found.file.name]), at: nil, page,
            status: error == nil && !isMistyped ? .ok : .badRequest)
    }

    private func facts(_ found: ImportJob, _ visit: Visit) -> [Fact] {
        let words = visit.words
        let encoding = found.file.encoding == "CP932" ? "Shift_JIS" : found.file.encoding
        let delimiter = words.known("import.delimiter_\(found.form.delimiterName)")
        return [
            Fact(words("import.what"), found.deed(visit)),
            Fact(words("import.size"), words.count("import.rows", found.file.rows)),
            Fact(words("import.encoding"), encoding),
            Fact(words("import.delimiter"), delimiter),
        ].compactMap { $0 }
    }

    private func notice(_ trial: ImportTrial?, problem: String?, _ visit: Visit) -> Notice {
        let words = visit.words
        if let problem { return .failed(words("import.cannot_start"), text: [problem]) }
        guard let trial else { return .failed(words("import.cannot_start")) }
        let tried = words.count("import.rows", trial.rows.count)
        if trial.refused == 0 {
            return Notice(
                tone: "may", icon: "may", role: "status", title: words("import.trial_good", ["rows": tried]),
                text: [words("import.trial_hint")], items: [])
        }
        return Notice(
            tone: "soon", icon: "overdue", role: "status",
            title: words.count("import.trial_bad", trial.refused, ["rows": tried]),
            text: [words("import.trial_bad_hint")], items: [])
    }

    private func column(
        _ place: Int, _ sample: ImportTrial, _ targets: [ColumnTarget], _ found: ImportJob, _ object: ObjectSchema,
        _ visit: Visit
    ) -> ColumnRow {
        let words = visit.words
        let target = place < targets.count ? targets[place] : .leftOut
        let type = object.field(target.field)?.type
        var seen: Set<String> = []
        let samples = sample.rows.map { $0.cells[place] }.filter { !$0.isEmpty && seen.insert($0).inserted }
        var fields = [Choice("", words("import.left_out"), isChosen: target.field.isEmpty)]
        for (name, label) in Self.targets(of: object, for: found.job.operation, visit) {
            fields.append(Choice(name, label, isChosen: name.lowercased() == target.field.lowercased()))
        }
        var orders: DateOrders?
        if type == .date || type == .datetime {
            let iso = Choice("", words("import.date_iso"), isChosen: target.dateOrder == nil)
            orders = DateOrders(
                choices: [iso]
                    + DateOrder.allCases.map {
                        Choice($0.rawValue, words("import.date_\($0)"), isChosen: $0 == target.dateOrder)
                    })
        }
        return ColumnRow(
            place: place, name: sample.header[place],
            samples: samples.prefix(Self.samplesShown).map { String($0.prefix(60)) }, fields: fields, orders: orders)
    }

    /// Where columns may go: the object's fields that the operation takes, and parents by a field that identifies them.
    private static func targets(
        of object: ObjectSchema, for operation: BulkOperation, _ visit: Visit
    ) -> [(name: String, label: String)] {
        let language = visit.words.language
        func named(_ label: String, _ name: String) -> String { label == name ? name : "\(label) (\(name))" }
        var targets: [(name: String, label: String)] = []
        for field in object.fields {
            let isTaken =
                switch operation {
                case .insert: field.isCreateable
                case .update: field.isUpdateable || field.type == .id
                case .upsert: field.isCreateable || field.isUpdateable || field.type == .id
                default: field.type == .id
                }
            if isTaken { targets.append((field.name, named(field.label(language), field.name))) }
            guard operation != .delete, isTaken, let relation = field.relationshipName else { continue }
            var keys: Set<String> = []
            for parent in field.referenceTo.compactMap({ visit.schema.object($0) }) {
                for key in parent.fields
                where (key.isExternalID || key.isIDLookup) && !key.isNameField && key.type != .id
                    && keys.insert(key.name).inserted
                {
                    let label = "\(field.label(language)) › \(key.label(language))"
                    targets.append(("\(relation).\(key.name)", named(label, "\(relation).\(key.name)")))
                }
            }
        }
        return targets
    }

    private func keys(_ object: ObjectSchema, _ found: ImportJob, _ visit: Visit) -> KeyChoices {
        let fields = object.fields.filter { $0.isExternalID || $0.isIDLookup && !$0.isNameField || $0.type == .id }
        return KeyChoices(
            choices: fields.map { field in
                Choice(
                    field.name, "\(field.label(visit.words.language)) (\(field.name))",
                    isChosen: field.name == found.job.externalID)
            })
    }

    private func tried(
        _ row: ImportTrial.Row, number: Int, _ header: [String], shown: [Int], isTried: Bool, _ object: ObjectSchema,
        _ visit: Visit
    ) -> TriedRow {
        let words = visit.words
        let state: StateWord =
            !isTried
            ? .ask(words("import.row_untried"))
            : row.errors.isEmpty ? .may(words("import.row_good")) : .overdue(words("import.row_bad"))
        return TriedRow(
            number: Words.grouped(number),
            cells: shown.map { place in
                TriedCell(
                    head: header[place], text: String(row.cells[place].prefix(120)),
                    isWrong: row.columns.contains(place))
            },
            state: state, reasons: row.errors.map { Refusal.text($0, object: object, words: words) })
    }
}
