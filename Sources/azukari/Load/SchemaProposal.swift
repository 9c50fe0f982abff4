import Engine
import Loading
import Records

/// The custom objects and fields that a load needs and the organisation lacks.
struct SchemaProposal {
    private(set) var objects: [NewObject] = []
    private(set) var fields: [(object: String, field: Field)] = []
    /// Columns, each with the place of its step, whose references lead to nothing but files that are not there.
    private(set) var leftOut: [(step: Int, column: String)] = []
    /// What cannot be loaded at all, over all steps.
    private(set) var problems: [String] = []
    /// The schema as it would be with everything added.
    private(set) var planned: Schema

    /// From the names of references to the objects of the records that bear them.
    private var references: [String: String] = [:]
    private static let rowsSurveyedMax = 10_000

    var isEmpty: Bool { objects.isEmpty && fields.isEmpty }

    private let skipsMissing: Bool

    /// Goes through the inputs in their order, parents first.
    /// - Parameter skipsMissing: whether references to files that are not there are left out, and not a problem.
    init(steps: [LoadStep], schema: Schema, csv: CSVOptions, skipsMissing: Bool) throws {
        planned = schema
        self.skipsMissing = skipsMissing
        for step in steps {
            if case .tree(let file) = step.content {
                for row in file.rows { if let name = row.reference { references[name] = file.object } }
            }
        }
        for (place, step) in steps.enumerated() { try add(step, at: place, csv) }
    }

    /// A line for each thing to be added.
    var lines: [String] {
        objects.map { "  object \($0.name)" }
            + fields.map { object, field in
                let size =
                    field.precision > 0
                    ? "(\(field.precision),\(field.scale))"
                    : field.length > 0 ? "(\(field.length))" : ""
                let marks =
                    (field.isUnique ? " unique external id" : "")
                    + (field.referenceTo.isEmpty ? "" : " to \(field.referenceTo.joined(separator: ", "))")
                    + (field.classification.map { ", personal: \($0.rawValue)" } ?? "")
                return "  field  \(object).\(field.name) \(field.type.rawValue)\(size)\(marks)"
            }
    }

    /// Adds everything to the organisation.
    func apply(in session: Session) async throws {
        for object in objects { try await session.addObject(object) }
        for (object, field) in fields { try await session.addField(NewField(field), to: object) }
    }

    private mutating func add(_ step: LoadStep, at stepPlace: Int, _ csv: CSVOptions) throws {
        let source = try step.open(csv)
        if planned.object(step.object) == nil { addObject(step.object, columns: source.columns, step.mapping) }
        guard let object = planned.object(step.object) else { return }
        let plan = HeaderPlan(columns: source.columns, object: object, schema: planned, mapping: step.mapping)
        problems += plan.problems.map { "\(step.name): \($0)" }
        guard !plan.missing.isEmpty else { return }
        var surveys = plan.missing.map { _ in ValueSurvey() }
        var found = plan.missing.map { $0.parent.map { Set([$0]) } ?? [] }
        var isReference = plan.missing.map { _ in step.resolvesReferences }
        var dangling: [String?] = plan.missing.map { _ in nil }
        var hasValues = plan.missing.map { _ in false }
        var rows = 0
        while rows < Self.rowsSurveyedMax, let block = try source.next() {
            rows += block.rowCount
            for row in 0..<block.cells.rowCount {
                for (place, missing) in plan.missing.enumerated() {
                    let value = block.cells.value(row, missing.column)
                    surveys[place].note(converted(value, by: plan.columns[missing.column]))
                    guard step.resolvesReferences, let text = value.text else { continue }
                    let isMarked = text.first == TreeFile.referenceMark
                    let parent = isMarked ? references[String(text.dropFirst())] : nil
                    if let parent { found[place].insert(parent) } else { isReference[place] = false }
                    if isMarked, parent == nil { dangling[place] = text } else { hasValues[place] = true }
                }
            }
        }
        var proposed: [Field] = []
        for (place, missing) in plan.missing.enumerated() {
            if let text = dangling[place], !hasValues[place] {
                leaveOut(source.columns[missing.column], of: step, at: stepPlace, because: text)
                continue
            }
            let isLookup = missing.parent != nil || isReference[place] && !found[place].isEmpty
            var field = surveys[place].field(named: missing.field, type: isLookup ? .reference : missing.type)
            if isLookup {
                field.referenceTo = found[place].sorted()
                field.relationshipName = String(missing.field.dropLast(3)) + "__r"
                for parent in field.referenceTo {
                    field.childRelationships[parent] = .some(object.name.replacing("__c", with: "") + "s__r")
                }
            }
            proposed.append(field)
        }
        let parents = (object.fields + proposed).flatMap(\.referenceTo)
        let concernsPeople =
            object.isPerson || !object.subjectPath.isEmpty || parents.contains { planned.object($0)?.isPerson == true }
        for var field in proposed {
            if concernsPeople { field.classification = Self.classification(of: field) }
            fields.append((object.name, field))
            planned = planned.adding(field, to: object.name)
        }
    }

    /// A name that only its plan understands is no value, and would be taken for one.
    private mutating func leaveOut(_ column: String, of step: LoadStep, at place: Int, because reference: String) {
        if skipsMissing { return leftOut.append((place, column)) }
        problems.append(
            "\(step.name): Column \(column): \(reference) and the others stand for no records of this load. Load their file "
                + "with it, or leave the column out with --map '\(column)='.")
    }

    private mutating func addObject(_ name: String, columns: [String], _ mapping: Mapping) {
        guard name.lowercased().hasSuffix("__c") else {
            problems.append("There is no object \(name).")
            return
        }
        let label = ValueSurvey.label(name)
        let hasName = columns.contains { (mapping.rule(for: $0)?.target ?? $0).lowercased() == "name" }
        let new = NewObject(
            name: name, label: label, labelPlural: label + "s", labelJa: label,
            naming: hasName ? .text : .autoNumber(String(label.prefix(1)) + "-{00000}"), isSearchable: true)
        objects.append(new)
        planned = planned.adding(new)
    }

    private func converted(_ value: Value, by plan: ColumnPlan) -> Value {
        if let order = plan.dateOrder, let day = value.text.flatMap(order.day) { return .text(day.description) }
        return value
    }

    /// What a new field tells of a person, from its name and type: the officer may say better, but a field that nobody
    /// classified must not be forgotten by an erasure.
    private static func classification(of field: Field) -> Classification? {
        let name = field.name.lowercased()
        switch field.type {
        case .reference: return .link
        case .email, .phone: return .contact
        case .textarea: return .freeText
        case .picklist, .multipicklist, .boolean: return .preference
        case .string, .url:
            if name.contains("name") || name.contains("photo") { return .identity }
            return name == "ext__c" || name.contains("id__c") ? .technical : .freeText
        default: return .behaviour
        }
    }
}

extension Schema {
    /// The schema with a field more.
    func adding(_ field: Field, to name: String) -> Schema {
        Schema(
            objects: objects.map { $0.name == name ? $0.with(fields: $0.fields + [field]) : $0 }, version: version)
    }

    /// The schema with an object more, as far as a load must know it before it is there.
    func adding(_ new: NewObject) -> Schema {
        let taken = Set(objects.map(\.keyPrefix))
        let free = (0..<3844).lazy.compactMap { KeyPrefix("z" + String($0, radix: 36).leftPadded) }
        guard let prefix = free.first(where: { !taken.contains($0) }) else { return self }
        let object = ObjectSchema(
            name: new.name, label: new.label, labelPlural: new.labelPlural, labelJa: new.labelJa, keyPrefix: prefix,
            isCustom: true, isCreateable: true, isUpdateable: true, isDeletable: true, isQueryable: true,
            isSearchable: new.isSearchable, isInternal: false,
            fields: [Field(name: "Id", type: .id), Field(name: "Name", type: .string)], subjectPath: [], isPerson: false
        )
        return Schema(objects: objects + [object], version: version)
    }
}

extension ObjectSchema {
    fileprivate func with(fields: [Field]) -> ObjectSchema {
        ObjectSchema(
            name: name, label: label, labelPlural: labelPlural, labelJa: labelJa, keyPrefix: keyPrefix,
            isCustom: isCustom, isCreateable: isCreateable, isUpdateable: isUpdateable, isDeletable: isDeletable,
            isQueryable: isQueryable, isSearchable: isSearchable, isInternal: isInternal, fields: fields,
            subjectPath: subjectPath, isPerson: isPerson)
    }
}

extension String {
    fileprivate var leftPadded: String { count < 2 ? "0" + self : self }
}
