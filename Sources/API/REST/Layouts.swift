import Engine
import Formats
import HTTP
import Hummingbird
import Records

/// `describe/layouts` and `describe/compactLayouts`: how a page for a record may be laid out, made from the schema. There is one layout
/// for each object, whatever the record type.
struct Layouts {
    let shared: Shared

    private static let master = "012000000000000AAA"

    func add(to router: some RouterMethods<EdgeContext>) {
        router.rest("sobjects/:object/describe/layouts", get: shared.rest(layouts))
        router.rest("sobjects/:object/describe/layouts/:type", get: shared.rest(layout))
        router.rest("sobjects/:object/describe/compactLayouts", get: shared.rest(compactLayouts))
        router.rest("sobjects/:object/describe/approvalLayouts", get: shared.rest(approvalLayouts))
        router.rest("compactLayouts", get: shared.rest(compactLayoutsOfObjects))
    }

    @Sendable private func layouts(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let schema = try await call.session.schema()
        let types = try await Describe.recordTypes(call, of: object, in: schema)
        return try call.answerUnlessKnown { json in
            json.object { json in
                json.key("layouts")
                json.array { LayoutDescription(object: object, schema: schema, call: call).write(into: &$0) }
                json.key("recordTypeMappings")
                json.array { json in
                    for type in types {
                        mapping(type.id?.description ?? "", type["Name"].text ?? "", isMaster: false, into: &json)
                    }
                    mapping(Self.master, "Master", isMaster: true, into: &json)
                }
                json.key("recordTypeSelectorRequired")
                json.array { $0.boolean(!types.isEmpty) }
            }
        }
    }

    private func mapping(_ id: String, _ name: String, isMaster: Bool, into json: inout JSONWriter) {
        json.object { json in
            for (name, truth) in [("active", true), ("available", true), ("defaultRecordTypeMapping", isMaster)] {
                json.key(name)
                json.boolean(truth)
            }
            json.key("layoutId")
            json.null()
            json.key("master")
            json.boolean(isMaster)
            json.member("name", name)
            json.key("picklistsForRecordType")
            json.array { _ in }
            json.member("recordTypeId", id)
        }
    }

    @Sendable private func layout(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        let schema = try await call.session.schema()
        let asked = try call.parameter("type")
        let types = try await Describe.recordTypes(call, of: object, in: schema)
        guard let id = RecordID(asked), id.description == Self.master || types.contains(where: { $0.id == id }) else {
            throw PlatformError(.notFound, "The requested resource does not exist")
        }
        return try call.answerUnlessKnown {
            LayoutDescription(object: object, schema: schema, call: call).write(into: &$0)
        }
    }

    @Sendable private func compactLayouts(_ call: RESTCall) async throws -> Response {
        let object = try await call.object()
        return try call.answerUnlessKnown { json in
            json.object { json in
                json.key("compactLayouts")
                json.array { CompactLayout(object: object, call: call).write(into: &$0) }
                json.key("defaultCompactLayoutId")
                json.null()
                json.key("recordTypeCompactLayoutMappings")
                json.array { _ in }
                json.key("urls")
                json.object { $0.member("primary", "\(call.base)/compactLayouts?q=\(object.name)") }
            }
        }
    }

    /// `compactLayouts?q=Account,Contact`.
    @Sendable private func compactLayoutsOfObjects(_ call: RESTCall) async throws -> Response {
        let schema = try await call.session.schema()
        guard let names = call.query["q"], !names.isEmpty else {
            throw PlatformError(.missingArgument, "The parameter q with names of objects is missing.")
        }
        let objects = try names.split(separator: ",").map { name in
            guard let object = schema.object(name.trimmingSpaces()), !object.isInternal else {
                throw PlatformError(.invalidType, "sObject type '\(name)' is not supported.")
            }
            return object
        }
        return try call.answerUnlessKnown { json in
            json.object { json in
                for object in objects {
                    json.key(object.name)
                    CompactLayout(object: object, call: call).write(into: &json)
                }
            }
        }
    }

    /// There are no approvals.
    @Sendable private func approvalLayouts(_ call: RESTCall) async throws -> Response {
        _ = try await call.object()
        return call.answer { json in
            json.object { json in
                json.key("approvalLayouts")
                json.array { _ in }
            }
        }
    }
}

/// A layout: what describes the record itself, its addresses, long texts, and what the system writes, two columns each; then the
/// lists of its children.
struct LayoutDescription {
    let object: ObjectSchema
    let schema: Schema
    let call: RESTCall

    private static let system: Set<String> = [
        "Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
    ]
    private static let related = ["CreatedDate"]

    private var isJapanese: Bool { call.context.language == "ja" }

    /// A page that shows a record has its compound fields, such as an address; one that edits it, their parts.
    private func sections(isEditing: Bool) -> [(heading: String, fields: [Field])] {
        let shown = object.fields.filter { field in
            field.type != .base64 && field.name != "RecordTypeId"
                && (isEditing ? field.isCreateable || field.isUpdateable : field.compoundFieldName == nil)
        }
        let own = shown.filter { !Self.system.contains($0.name) }
        let isLong: (Field) -> Bool = { $0.type == .textarea && $0.length > 255 }
        let isAddress: (Field) -> Bool = { field in
            let whole = field.compoundFieldName.flatMap(object.field) ?? field
            return whole.type == .address
        }
        let all = [
            (isJapanese ? "情報" : "Information", own.filter { !isLong($0) && !isAddress($0) }),
            (isJapanese ? "住所" : "Address Information", own.filter(isAddress)),
            (isJapanese ? "説明" : "Description Information", own.filter { isLong($0) && !isAddress($0) }),
            (isJapanese ? "システム情報" : "System Information", shown.filter { $0.name.hasSuffix("ById") }),
        ]
        return all.filter { !$0.1.isEmpty }
    }

    func write(into json: inout JSONWriter) {
        json.object { json in
            nothing(["buttonLayoutSection"], &json)
            json.key("detailLayoutSections")
            write(sections(isEditing: false), isEditing: false, &json)
            json.key("editLayoutSections")
            write(sections(isEditing: true), isEditing: true, &json)
            nothing(["feedView", "highlightsPanelLayoutSection", "id"], &json)
            for name in ["multirowEditLayoutSections", "offlineLinks"] {
                json.key(name)
                json.array { _ in }
            }
            nothing(["quickActionList", "relatedContent"], &json)
            json.key("relatedLists")
            json.array { json in for child in schema.children(of: object) { relatedList(child, into: &json) } }
            json.key("saveOptions")
            json.array { _ in }
        }
    }

    private func write(
        _ sections: [(heading: String, fields: [Field])], isEditing: Bool, _ json: inout JSONWriter
    ) {
        json.array { json in
            var tab = 0
            for (heading, fields) in sections {
                json.object { json in
                    json.key("collapsed")
                    json.boolean(false)
                    json.key("columns")
                    json.integer(2)
                    json.member("heading", heading)
                    json.key("layoutRows")
                    json.array { json in
                        for start in stride(from: 0, to: fields.count, by: 2) {
                            json.object { json in
                                json.key("layoutItems")
                                json.array { json in
                                    for field in fields[start..<min(start + 2, fields.count)] {
                                        tab += 1
                                        item(field, tab: tab, isEditing: isEditing, into: &json)
                                    }
                                }
                                json.key("numItems")
                                json.integer(min(2, fields.count - start))
                            }
                        }
                    }
                    nothing(["layoutSectionId", "parentLayoutId"], &json)
                    json.key("rows")
                    json.integer((fields.count + 1) / 2)
                    json.member("tabOrder", "LeftToRight")
                    json.key("useCollapsibleSection")
                    json.boolean(false)
                    json.key("useHeading")
                    json.boolean(true)
                }
            }
        }
    }

    private func item(_ field: Field, tab: Int, isEditing: Bool, into json: inout JSONWriter) {
        json.object { json in
            json.key("editableForNew")
            json.boolean(isEditing && field.isCreateable)
            json.key("editableForUpdate")
            json.boolean(isEditing && field.isUpdateable)
            json.member("label", isJapanese ? field.labelJa : field.label)
            json.key("layoutComponents")
            json.array { json in
                json.object { json in
                    json.key("components")
                    json.array { _ in }
                    json.key("details")
                    FieldDescription(field: field, object: object, isJapanese: isJapanese).write(into: &json)
                    json.key("displayLines")
                    json.integer(field.type == .textarea ? 6 : 1)
                    json.key("tabOrder")
                    json.integer(tab)
                    json.member("type", "Field")
                    json.member("value", field.name)
                }
            }
            json.key("placeholder")
            json.boolean(false)
            json.key("required")
            json.boolean(!field.isNillable && field.isCreateable && field.type != .boolean && field.defaultValue.isNull)
        }
    }

    private func relatedList(_ child: ChildRelationship, into json: inout JSONWriter) {
        guard let name = child.name, child.child.isQueryable, !child.child.isInternal else { return }
        let columns = ([child.child.nameField].compactMap(\.self) + Self.related.compactMap(child.child.field))
        json.object { json in
            nothing(["accessLevelRequiredForCreate"], &json)
            json.key("buttons")
            json.array { _ in }
            json.key("columns")
            json.array { json in
                for column in columns {
                    json.object { json in
                        json.member("field", "\(child.child.name).\(column.name)")
                        json.member("fieldApiName", column.name)
                        nothing(["format"], &json)
                        json.member("label", isJapanese ? column.labelJa : column.label)
                        nothing(["lookupId"], &json)
                        json.member("name", column.name)
                    }
                }
            }
            json.key("custom")
            json.boolean(child.child.isCustom)
            json.member("field", child.field.name)
            json.member("label", isJapanese ? child.child.labelJa : child.child.labelPlural)
            json.key("limitRows")
            json.integer(5)
            json.member("name", name)
            json.member("sobject", child.child.name)
            json.key("sort")
            json.array { json in
                guard child.child.field("CreatedDate") != nil else { return }
                json.object { json in
                    json.key("ascending")
                    json.boolean(false)
                    json.member("column", "CreatedDate")
                }
            }
        }
    }

    private func nothing(_ names: [String], _ json: inout JSONWriter) {
        for name in names {
            json.key(name)
            json.null()
        }
    }
}

/// The few fields by which a record is known at a glance.
struct CompactLayout {
    let object: ObjectSchema
    let call: RESTCall

    private static let known = ["Name", "Subject", "CaseNumber", "Status", "Priority", "Email", "Phone", "OwnerId"]

    private var fields: [Field] {
        var fields = [object.nameField].compactMap(\.self)
        for field in Self.known.compactMap(object.field) where !fields.contains(where: { $0.name == field.name }) {
            fields.append(field)
        }
        return fields
    }

    func write(into json: inout JSONWriter) {
        let isJapanese = call.context.language == "ja"
        json.object { json in
            json.key("actions")
            json.array { _ in }
            json.key("fieldItems")
            json.array { json in
                for (place, field) in fields.enumerated() {
                    json.object { json in
                        for name in ["editableForNew", "editableForUpdate"] {
                            json.key(name)
                            json.boolean(false)
                        }
                        json.member("label", isJapanese ? field.labelJa : field.label)
                        json.key("layoutComponents")
                        json.array { json in
                            json.object { json in
                                json.key("details")
                                FieldDescription(field: field, object: object, isJapanese: isJapanese).write(
                                    into: &json)
                                json.key("displayLines")
                                json.integer(1)
                                json.key("tabOrder")
                                json.integer(place + 1)
                                json.member("type", "Field")
                                json.member("value", field.name)
                            }
                        }
                        json.key("placeholder")
                        json.boolean(false)
                        json.key("required")
                        json.boolean(false)
                    }
                }
            }
            json.key("id")
            json.null()
            json.key("imageItems")
            json.array { _ in }
            json.member("label", isJapanese ? "システムのデフォルト" : "System Default")
            json.member("name", "SYSTEM")
            json.member("objectType", object.name)
        }
    }
}
