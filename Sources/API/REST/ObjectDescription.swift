import Engine
import Formats
import HTTP
import Records

/// An object in the platform's words, with every key that clients index without asking.
struct ObjectDescription {
    let object: ObjectSchema
    let call: RESTCall

    private var isJapanese: Bool { call.context.language == "ja" }
    private var path: String { "\(call.base)/sobjects/\(object.name)" }

    /// As `describeGlobal` lists it.
    func brief(into json: inout JSONWriter) {
        flags(into: &json)
        json.key("urls")
        json.object { json in urls(into: &json) }
    }

    /// As `describe` tells it, fields and children included.
    /// - Parameter recordTypes: Those of the object, besides the master, with their `Name`, `DeveloperName` and `IsActive`.
    func full(schema: Schema, recordTypes: [Record], into json: inout JSONWriter) {
        json.key("actionOverrides")
        json.array { _ in }
        json.key("childRelationships")
        json.array { json in for child in schema.children(of: object) { self.child(child, into: &json) } }
        flag("compactLayoutable", object.nameField != nil, &json)
        for name in [
            "defaultImplementation", "extendedBy", "extendsInterfaces", "implementedBy", "implementsInterfaces",
        ] {
            nothing(name, &json)
        }
        flags(into: &json)
        json.key("fields")
        json.array { json in
            for field in object.fields {
                FieldDescription(field: field, object: object, isJapanese: isJapanese).write(into: &json)
            }
        }
        no("listviewable", &json)
        no("lookupLayoutable", &json)
        json.key("namedLayoutInfos")
        json.array { _ in }
        nothing("networkScopeFieldName", &json)
        json.key("recordTypeInfos")
        json.array { json in
            for type in recordTypes { json.object { recordType(type, into: &$0) } }
            json.object { masterRecordType(into: &$0) }
        }
        no("searchLayoutable", &json)
        nothing("sobjectDescribeOption", &json)
        json.key("supportedScopes")
        json.array { json in
            for (name, label, labelJa) in scopes {
                json.object { json in
                    json.member("label", isJapanese ? labelJa : label)
                    json.member("name", name)
                }
            }
        }
        json.key("urls")
        json.object { json in
            urls(into: &json)
            for name in ["uiEditTemplate", "uiDetailTemplate"] { json.member(name, "\(origin)/{ID}") }
            json.member("uiNewRecord", "\(origin)/\(object.keyPrefix)/e")
        }
    }

    /// What `USING SCOPE` takes.
    private var scopes: [(name: String, label: String, labelJa: String)] {
        let all = [("everything", "All \(object.labelPlural)", "すべての\(object.labelJa)")]
        guard object.field("OwnerId") != nil else { return all }
        return all + [
            ("mine", "My \(object.labelPlural)", "私の\(object.labelJa)"),
            ("mine_and_my_groups", "My and My Groups' \(object.labelPlural)", "私と私のグループの\(object.labelJa)"),
        ]
    }

    /// The keys that both descriptions have.
    private func flags(into json: inout JSONWriter) {
        no("activateable", &json)
        nothing("associateEntityType", &json)
        nothing("associateParentEntity", &json)
        flag("createable", object.isCreateable, &json)
        flag("custom", object.isCustom, &json)
        no("customSetting", &json)
        no("deepCloneable", &json)
        flag("deletable", object.isDeletable, &json)
        no("deprecatedAndHidden", &json)
        no("feedEnabled", &json)
        no("hasSubtypes", &json)
        no("isInterface", &json)
        no("isSubtype", &json)
        json.member("keyPrefix", object.keyPrefix.description)
        json.member("label", isJapanese ? object.labelJa : object.label)
        json.member("labelPlural", isJapanese ? object.labelJa : object.labelPlural)
        flag("layoutable", object.isCreateable, &json)
        no("mergeable", &json)
        no("mruEnabled", &json)
        json.member("name", object.name)
        flag("queryable", object.isQueryable, &json)
        flag("replicateable", object.isReplicateable, &json)
        flag("retrieveable", object.isQueryable, &json)
        flag("searchable", object.isSearchable, &json)
        no("triggerable", &json)
        flag("undeletable", object.isDeletable && object.field("IsDeleted") != nil, &json)
        flag("updateable", object.isUpdateable, &json)
    }

    private func urls(into json: inout JSONWriter) {
        json.member("sobject", path)
        json.member("describe", "\(path)/describe")
        json.member("rowTemplate", "\(path)/{ID}")
        for name in ["layouts", "compactLayouts", "approvalLayouts"] { json.member(name, "\(path)/describe/\(name)") }
    }

    private var origin: String { call.origin }

    private func child(_ child: ChildRelationship, into json: inout JSONWriter) {
        json.object { json in
            flag("cascadeDelete", child.field.onParentDelete == .cascade, &json)
            json.member("childSObject", child.child.name)
            no("deprecatedAndHidden", &json)
            json.member("field", child.field.name)
            json.key("junctionIdListNames")
            json.array { _ in }
            json.key("junctionReferenceTo")
            json.array { _ in }
            json.key("relationshipName")
            if let name = child.name { json.string(name) } else { json.null() }
            flag("restrictedDelete", child.field.onParentDelete == .restrict, &json)
        }
    }

    private func masterRecordType(into json: inout JSONWriter) {
        recordType(
            "012000000000000AAA", "Master", isJapanese ? "マスター" : "Master", isActive: true, isMaster: true, into: &json)
    }

    private func recordType(_ type: Record, into json: inout JSONWriter) {
        let name = type["DeveloperName"].text ?? ""
        recordType(
            type.id?.description ?? "", name, type["Name"].text ?? name, isActive: type["IsActive"].boolean == true,
            isMaster: false, into: &json)
    }

    private func recordType(
        _ id: String, _ developerName: String, _ name: String, isActive: Bool, isMaster: Bool,
        into json: inout JSONWriter
    ) {
        flag("active", isActive, &json)
        flag("available", isActive, &json)
        flag("defaultRecordTypeMapping", isMaster, &json)
        json.member("developerName", developerName)
        flag("master", isMaster, &json)
        json.member("name", name)
        json.member("recordTypeId", id)
        json.key("urls")
        json.object { $0.member("layout", "\(path)/describe/layouts/\(id)") }
    }

    private func flag(_ name: String, _ truth: Bool, _ json: inout JSONWriter) {
        json.key(name)
        json.boolean(truth)
    }

    private func no(_ name: String, _ json: inout JSONWriter) { flag(name, false, &json) }

    private func nothing(_ name: String, _ json: inout JSONWriter) {
        json.key(name)
        json.null()
    }
}
