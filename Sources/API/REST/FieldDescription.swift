import Formats
import Foundation
import Records

/// A field in the platform's words. Every key is there, whatever the type: clients index without asking.
struct FieldDescription {
    let field: Field
    let object: ObjectSchema
    let isJapanese: Bool

    func write(into json: inout JSONWriter) {
        json.beginObject()
        flag("aggregatable", isColumn && field.type != .boolean && !isLong && !isEncrypted, &json)
        flag("aiPredictionField", false, &json)
        flag("autoNumber", field.isAutoNumber, &json)
        number("byteLength", byteLength, &json)
        flag("calculated", false, &json)
        nothing("calculatedFormula", &json)
        flag("cascadeDelete", field.onParentDelete == .cascade && field.type == .reference, &json)
        flag("caseSensitive", field.isCaseSensitive, &json)
        text("compoundFieldName", field.compoundFieldName, &json)
        text("controllerName", field.controllerName, &json)
        flag("createable", field.isCreateable, &json)
        flag("custom", field.isCustom, &json)
        json.key("defaultValue")
        json.value(field.type == .boolean && field.defaultValue.isNull ? false : field.defaultValue)
        nothing("defaultValueFormula", &json)
        flag("defaultedOnCreate", isDefaulted, &json)
        flag("dependentPicklist", field.controllerName != nil, &json)
        flag("deprecatedAndHidden", false, &json)
        number("digits", field.type == .int || field.type == .long ? max(field.precision, 9) : 0, &json)
        flag("displayLocationInDecimal", false, &json)
        flag("encrypted", isEncrypted, &json)
        flag("externalId", field.isExternalID, &json)
        nothing("extraTypeInfo", &json)
        flag("filterable", isColumn && !isLong && tellsEqual, &json)
        nothing("filteredLookupInfo", &json)
        flag("formulaTreatNullNumberAsZero", false, &json)
        flag("groupable", isGroupable && tellsEqual, &json)
        flag("highScaleNumber", false, &json)
        flag("htmlFormatted", false, &json)
        flag("idLookup", field.isIDLookup || field.isExternalID || field.type == .id, &json)
        nothing("inlineHelpText", &json)
        json.member("label", isJapanese ? field.labelJa : field.label)
        number("length", field.length, &json)
        nothing("mask", &json)
        nothing("maskType", &json)
        json.member("name", field.name)
        flag("nameField", field.isNameField, &json)
        flag("namePointing", field.referenceTo.count > 1, &json)
        flag("nillable", field.isNillable && field.type != .boolean, &json)
        flag("permissionable", field.isNillable && field.compoundFieldName == nil && field.type != .id, &json)
        json.key("picklistValues")
        json.array { json in for value in field.picklist { picklist(value, into: &json) } }
        flag("polymorphicForeignKey", field.referenceTo.count > 1, &json)
        number("precision", field.precision, &json)
        flag("queryByDistance", field.type == .location || field.type == .address, &json)
        nothing("referenceTargetField", &json)
        json.key("referenceTo")
        json.array { json in for name in field.referenceTo { json.string(name) } }
        text("relationshipName", field.relationshipName, &json)
        nothing("relationshipOrder", &json)
        flag("restrictedDelete", field.onParentDelete == .restrict, &json)
        flag("restrictedPicklist", field.isRestrictedPicklist, &json)
        number("scale", field.scale, &json)
        flag("searchPrefilterable", field.type == .id || field.type == .reference, &json)
        json.member("soapType", soapType)
        flag("sortable", isColumn && !isLong && field.type != .multipicklist && !isEncrypted, &json)
        json.member("type", field.type.rawValue)
        flag("unique", field.isUnique, &json)
        flag("updateable", field.isUpdateable, &json)
        flag("writeRequiresMasterRead", false, &json)
        json.endObject()
    }

    private var isEncrypted: Bool { field.encryption != nil }

    /// Whether rows can be told by its values.
    private var tellsEqual: Bool { field.encryption?.scheme.isDeterministic ?? true }

    /// Compound fields are put together from others and blobs lie elsewhere: neither can be filtered or sorted.
    private var isColumn: Bool { field.type.storage != nil && field.type != .base64 }

    /// The platform neither filters nor groups long texts.
    private var isLong: Bool { field.type == .textarea && field.length > 255 }

    private var isGroupable: Bool {
        switch field.type {
        case .double, .currency, .percent, .datetime, .multipicklist, .time, .base64: false
        default: isColumn && !isLong
        }
    }

    private var isDefaulted: Bool {
        !field.defaultValue.isNull || field.type == .boolean || field.picklist.contains(where: \.isDefault)
            || (!field.isNillable && !field.isCreateable)
    }

    /// Three bytes a character, as the platform reckons.
    private var byteLength: Int {
        switch field.type {
        case .id, .reference: 18
        default: field.length * 3
        }
    }

    private var soapType: String {
        switch field.type {
        case .id, .reference: "tns:ID"
        case .address: "urn:address"
        case .location: "urn:location"
        case .junctionIDList: "urn:JunctionIdListNames"
        default: field.type.xsdType
        }
    }

    private func picklist(_ value: PicklistValue, into json: inout JSONWriter) {
        json.object { json in
            flag("active", value.isActive, &json)
            flag("defaultValue", value.isDefault, &json)
            json.member("label", isJapanese ? value.labelJa : value.label)
            text("validFor", validFor(value), &json)
            json.member("value", value.value)
        }
    }

    /// The controlling values for which a value can be chosen, as a bit each, the first one's highest, in base 64; nil
    /// where nothing controls. Of a checkbox the first is false.
    private func validFor(_ value: PicklistValue) -> String? {
        guard let controller = field.controllerName.flatMap({ object.field($0) }) else { return nil }
        let names = controller.type == .boolean ? ["false", "true"] : controller.picklist.map(\.value)
        var bits = [UInt8](repeating: 0, count: (names.count + 7) / 8)
        for (place, name) in names.enumerated() where value.validFor.contains(name) {
            bits[place / 8] |= 0x80 >> UInt8(place % 8)
        }
        return Data(bits).base64EncodedString()
    }

    private func flag(_ name: String, _ truth: Bool, _ json: inout JSONWriter) {
        json.key(name)
        json.boolean(truth)
    }

    private func number(_ name: String, _ number: Int, _ json: inout JSONWriter) {
        json.key(name)
        json.integer(number)
    }

    private func text(_ name: String, _ text: String?, _ json: inout JSONWriter) {
        json.key(name)
        if let text { json.string(text) } else { json.null() }
    }

    private func nothing(_ name: String, _ json: inout JSONWriter) { text(name, nil, &json) }
}
