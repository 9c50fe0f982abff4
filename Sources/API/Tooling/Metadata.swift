import Records

/// What the tooling interface tells of the schema: rows of `EntityDefinition`, `FieldDefinition` and their kin, made of the objects that
/// the session may see.
struct Metadata {
    /// A row, its values by the names of fields in lower case; parents as paths.
    typealias Row = [String: Value]

    let schema: Schema

    /// Fields in their canonical spelling, by object; the objects that code would be in have no rows.
    static let fields: [String: [String]] = [
        "EntityDefinition": [
            "Id", "DurableId", "QualifiedApiName", "DeveloperName", "MasterLabel", "Label", "PluralLabel", "KeyPrefix",
            "NamespacePrefix", "IsCustomizable", "IsCustomSetting", "IsQueryable", "IsSearchable", "IsRetrieveable",
            "IsReplicateable", "IsTriggerable", "IsLayoutable",
        ],
        "FieldDefinition": [
            "Id", "DurableId", "QualifiedApiName", "DeveloperName", "MasterLabel", "Label", "DataType", "ValueTypeId",
            "Length",
            "Precision", "Scale", "IsNillable", "IsIndexed", "IsCalculated", "IsNameField", "IsCompound",
            "RelationshipName",
            "ReferenceTo", "NamespacePrefix", "EntityDefinitionId", "EntityDefinition.QualifiedApiName",
            "EntityDefinition.DurableId", "EntityDefinition.MasterLabel",
        ],
        "CustomField": ["Id", "DeveloperName", "TableEnumOrId", "NamespacePrefix"],
        "CustomObject": ["Id", "DeveloperName", "NamespacePrefix"],
        "ApexClass": ["Id", "Name", "NamespacePrefix", "Status", "ApiVersion", "Body"],
        "ApexTrigger": ["Id", "Name", "NamespacePrefix", "Status", "TableEnumOrId", "Body"],
        "ValidationRule": ["Id", "ValidationName", "Active", "EntityDefinitionId", "NamespacePrefix"],
        "Layout": ["Id", "Name", "TableEnumOrId", "NamespacePrefix"],
    ]

    /// The rows of one of them.
    func rows(of name: String) -> [Row] {
        switch name {
        case "EntityDefinition": objects.map(entity)
        case "FieldDefinition": objects.flatMap { object in object.fields.map { field(entity(object), object, $0) } }
        case "CustomObject":
            objects.filter(\.isCustom).map { object in
                ["id": .text(object.name), "developername": .text(Self.developerName(object.name))]
            }
        case "CustomField":
            objects.flatMap { object in
                object.fields.filter(\.isCustom).map { field in
                    [
                        "id": .text("\(object.name).\(field.name)"),
                        "developername": .text(Self.developerName(field.name)), "tableenumorid": .text(object.name),
                    ]
                }
            }
        default: []
        }
    }

    private var objects: [ObjectSchema] { schema.objects.filter { !$0.isInternal } }

    private func entity(_ object: ObjectSchema) -> Row {
        [
            "id": .text(object.name), "durableid": .text(object.name), "qualifiedapiname": .text(object.name),
            "developername": .text(Self.developerName(object.name)), "masterlabel": .text(object.label),
            "label": .text(object.label), "plurallabel": .text(object.labelPlural),
            "keyprefix": .text(object.keyPrefix.description), "iscustomizable": .boolean(true),
            "iscustomsetting": .boolean(false), "isqueryable": .boolean(object.isQueryable),
            "issearchable": .boolean(object.isSearchable), "isretrieveable": .boolean(object.isQueryable),
            "isreplicateable": .boolean(object.isReplicateable), "istriggerable": .boolean(false),
            "islayoutable": .boolean(false),
        ]
    }

    private func field(_ entity: Row, _ object: ObjectSchema, _ field: Field) -> Row {
        var row: Row = [
            "id": .text("\(object.name).\(field.name)"), "durableid": .text("\(object.name).\(field.name)"),
            "qualifiedapiname": .text(field.name), "developername": .text(Self.developerName(field.name)),
            "masterlabel": .text(field.label), "label": .text(field.label), "datatype": .text(field.type.rawValue),
            "valuetypeid": .text(field.type.rawValue), "length": .integer(Int64(field.length)),
            "precision": .integer(Int64(field.precision)), "scale": .integer(Int64(field.scale)),
            "isnillable": .boolean(field.isNillable),
            "isindexed": .boolean(field.isExternalID || field.isIDLookup || field.isUnique || field.type == .reference),
            "iscalculated": .boolean(false), "isnamefield": .boolean(field.isNameField),
            "iscompound": .boolean(field.type == .address || field.type == .location),
            "relationshipname": field.relationshipName.map { .text($0) } ?? .null,
            "referenceto": field.referenceTo.isEmpty ? .null : .text(field.referenceTo.joined(separator: ";")),
            "entitydefinitionid": .text(object.name),
        ]
        for name in ["qualifiedapiname", "durableid", "masterlabel"] { row["entitydefinition.\(name)"] = entity[name] }
        return row
    }

    private static func developerName(_ name: String) -> String {
        name.lowercased().hasSuffix("__c") ? String(name.dropLast(3)) : name
    }
}
