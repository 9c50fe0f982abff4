import Engine
import Privacy
import Records

/// The records of one object that an erasure touches, each with its places.
struct PreviewGroup: Sendable {
    let object: String
    let label: String
    let count: String
    let records: [PreviewRecord]
    let more: String?
    /// The form that decides otherwise about the person's own records of this object.
    let change: PreviewChange?

    /// Records of an object that are listed; more are counted.
    private static let recordsMax = 60

    static func all(
        of plan: RequestPreview, filter: PreviewFilter, decisions: PreviewDecisions?, _ visit: Visit
    ) async throws -> [PreviewGroup] {
        let places = plan.places.filter { filter.takes($0.place.object, Fate($0.fate)) }
        let byObject = Dictionary(grouping: places, by: \.place.object)
        var groups: [PreviewGroup] = []
        for node in Set(byObject.keys).sorted(by: { order($0, plan) < order($1, plan) }) {
            guard let places = byObject[node] else { continue }
            let isOwn = places.contains { $0.place.isInOwnRecord }
            groups.append(
                try await group(
                    node, places, change: isOwn ? try decisions?.change(of: node, plan, visit) : nil, visit))
        }
        return groups
    }

    /// As the graph goes round.
    private static func order(_ object: String, _ plan: RequestPreview) -> Int {
        plan.nodes.firstIndex { $0.object == object } ?? plan.nodes.count
    }

    private static func group(
        _ object: String, _ places: [RequestPreview.PlaceAndFate], change: PreviewChange?, _ visit: Visit
    ) async throws -> PreviewGroup {
        let words = visit.words
        let byRecord = Dictionary(grouping: places, by: \.place.record)
        let ids = byRecord.keys.sorted()
        let shown = Array(ids.prefix(recordsMax))
        let values = try await values(of: object, shown, fields: Set(places.map(\.place.field)), visit)
        let rest = ids.count - shown.count
        return PreviewGroup(
            object: object, label: visit.objectLabel(object), count: words.count("preview.records", ids.count),
            records: shown.map { id in
                PreviewRecord(id, object: object, places: byRecord[id] ?? [], values: values[id], visit)
            },
            more: rest > 0 ? words.count("preview.more", rest) : nil,
            change: change
        )
    }

    /// The texts in which the places stand, and what names each record.
    private static func values(
        of object: String, _ ids: [RecordID], fields: Set<String>, _ visit: Visit
    ) async throws -> [RecordID: Record] {
        guard let schema = visit.schema.object(object) else { return [:] }
        var wanted = fields.filter { schema.field($0) != nil }
        for name in [schema.nameField?.name, "Subject"] {
            if let name, schema.field(name) != nil { wanted.insert(name) }
        }
        let records = try await visit.session.retrieve(object, ids, fields: ["Id"] + wanted.sorted())
        return Dictionary(records.compactMap { record in record?.id.map { ($0, record) } }) { first, _ in first }
            .compactMapValues { $0 }
    }
}

/// A record that an erasure touches.
struct PreviewRecord: Sendable {
    let name: String
    let href: String?
    let why: String
    let state: StateWord
    /// On what ground it is kept.
    let because: String?
    let places: [PreviewLine]

    init(
        _ id: RecordID, object: String, places: [RequestPreview.PlaceAndFate], values: Record?, _ visit: Visit
    ) {
        let schema = visit.schema.object(object)
        name =
            schema?.nameField.flatMap { values?.text($0.name) } ?? values?.text("Subject") ?? places.first.map(
                \.place.externalID
            ).flatMap {
                $0.isEmpty ? nil : $0
            } ?? id.description
        href = visit.href(of: id, object: object)
        why = places.first.map { Self.why($0.place, visit.words) } ?? ""
        let fate = places.first.map { Fate($0.fate) } ?? .delete
        state = fate.state(visit.words)
        because = places.first.flatMap { PreviewLine.because($0.fate, visit) }
        self.places = places.sorted { ($0.place.field, $0.place.start) < ($1.place.field, $1.place.start) }.map {
            place in
            PreviewLine(
                place, of: fate, field: schema?.field(place.place.field), value: values?[place.place.field] ?? .null,
                visit
            )
        }
    }

    /// Why the record was found.
    private static func why(_ place: Place, _ words: Words) -> String {
        if !place.isInOwnRecord { return words("reason.others") }
        return switch place.reason {
        case .sameEmail: words("reason.sameEmail")
        case .samePhone: words("reason.samePhone")
        case .sameNameAndPostalCode: words("reason.sameName")
        case .ownAccount: words("reason.account")
        case .root, .lookup, .mention, .field: words("reason.own")
        }
    }
}

/// A place: the field, the text with the fragment marked, and what becomes of it where that is not what becomes of its
/// record.
struct PreviewLine: Sendable {
    let field: String
    let before: String
    let marked: String
    let after: String
    let state: StateWord?
    let because: String?

    init(
        _ planned: RequestPreview.PlaceAndFate, of record: Fate, field: Field?, value: Value, _ visit: Visit
    ) {
        let place = planned.place
        let whole = field.flatMap { visit.shown(value, of: $0) } ?? place.text
        let excerpt =
            place.kind == .structured
            ? Excerpt(whole: whole)
            : Excerpt(of: place.text, from: value.text, start: place.start, end: place.end)
        self.field = field.map(visit.label) ?? place.field
        before = excerpt.before
        marked = excerpt.marked
        after = excerpt.after
        let fate = Fate(planned.fate)
        state = fate == record ? nil : fate.state(visit.words)
        because = fate == record ? nil : Self.because(planned.fate, visit)
    }

    /// The ground on which something is kept; nil for what is not.
    static func because(_ fate: RequestPreview.Fate, _ visit: Visit) -> String? {
        guard case .keep(let ground, let until) = fate else { return nil }
        return PreviewPage.ground(ground, until: until, visit)
    }
}
