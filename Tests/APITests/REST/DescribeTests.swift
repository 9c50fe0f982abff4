import Engine
import Foundation
import HTTPTypes
import Records
import Testing

struct DescribeTests {
    /// Clients index these without asking, whatever the type of the field.
    private static let fieldKeys: Set<String> = [
        "aggregatable", "aiPredictionField", "autoNumber", "byteLength", "calculated", "calculatedFormula",
        "cascadeDelete", "caseSensitive", "compoundFieldName", "controllerName", "createable", "custom",
        "defaultValue", "defaultValueFormula", "defaultedOnCreate", "dependentPicklist", "deprecatedAndHidden",
        "digits", "displayLocationInDecimal", "encrypted", "externalId", "extraTypeInfo", "filterable",
        "filteredLookupInfo", "formulaTreatNullNumberAsZero", "groupable", "highScaleNumber", "htmlFormatted",
        "idLookup", "inlineHelpText", "label", "length", "mask", "maskType", "name", "nameField", "namePointing",
        "nillable", "permissionable", "picklistValues", "polymorphicForeignKey", "precision", "queryByDistance",
        "referenceTargetField", "referenceTo", "relationshipName", "relationshipOrder", "restrictedDelete",
        "restrictedPicklist", "scale", "searchPrefilterable", "soapType", "sortable", "type", "unique", "updateable",
        "writeRequiresMasterRead",
    ]
    private static let briefKeys: Set<String> = [
        "activateable", "associateEntityType", "associateParentEntity", "createable", "custom", "customSetting",
        "deepCloneable", "deletable", "deprecatedAndHidden", "feedEnabled", "hasSubtypes", "isInterface", "isSubtype",
        "keyPrefix", "label", "labelPlural", "layoutable", "mergeable", "mruEnabled", "name", "queryable",
        "replicateable", "retrieveable", "searchable", "triggerable", "undeletable", "updateable", "urls",
    ]
    private static let fullKeys: Set<String> = briefKeys.union([
        "actionOverrides", "childRelationships", "compactLayoutable", "defaultImplementation", "extendedBy",
        "extendsInterfaces", "fields", "implementedBy", "implementsInterfaces", "listviewable", "lookupLayoutable",
        "namedLayoutInfos", "networkScopeFieldName", "recordTypeInfos", "searchLayoutable", "sobjectDescribeOption",
        "supportedScopes",
    ])

    @Test func `the list of objects has all that may be seen, and none of the product's own`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/")
            #expect(answer.json["encoding"] as? String == "UTF-8")
            #expect(answer.json["maxBatchSize"] as? Int == 200)
            let objects = answer.json["sobjects"] as? [[String: Any]] ?? []
            let names = Set(objects.compactMap { $0["name"] as? String })
            #expect(names.isSuperset(of: ["Account", "Contact", "Lead", "Case", "Individual", "User"]))
            #expect(names.isDisjoint(with: ["UserCredential", "AccessSession", "ConnectedApplication"]))
            for object in objects { #expect(Set(object.keys) == Self.briefKeys) }
        }
    }

    @Test(arguments: ["Contact", "Case", "User", "Account", "Individual"])
    func `every field of an object has every key`(name: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/\(name)/describe/")
            #expect(answer.status == 200)
            #expect(Set(answer.json.keys) == Self.fullKeys)
            let fields = answer.json["fields"] as? [[String: Any]] ?? []
            #expect(fields.count > 10)
            for field in fields { #expect(Set(field.keys) == Self.fieldKeys, "\(field["name"] ?? "")") }
        }
    }

    @Test func `a contact is described as the platform does`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/contact/describe")
            #expect(answer.json["keyPrefix"] as? String == "003")
            var fields: [String: [String: Any]] = [:]
            for field in answer.json["fields"] as? [[String: Any]] ?? [] {
                fields[field["name"] as? String ?? ""] = field
            }
            #expect(fields["Email"]?["type"] as? String == "email")
            #expect(fields["AccountId"]?["referenceTo"] as? [String] == ["Account"])
            #expect(fields["HasOptedOutOfEmail"]?["nillable"] as? Bool == false)
            #expect(fields["LastName"]?["length"] as? Int == 80)
            #expect(fields["Id"]?["soapType"] as? String == "tns:ID")
            let children = answer.json["childRelationships"] as? [[String: Any]] ?? []
            #expect(
                children.contains {
                    $0["childSObject"] as? String == "Case" && $0["relationshipName"] as? String == "Cases"
                })
        }
    }

    @Test func `dependent picklists say what each value is for, and record types are listed before the master`()
        async throws
    {
        try await TestServer.run { server in
            let text = """
                object: Visit__c

                Country__c picklist(255) | Country | 国
                    Japan | Japan | 日本
                    France | France | フランス
                City__c picklist(255) by=Country__c | City | 都市
                    Osaka | Osaka | 大阪 | for Japan
                    Port | Port | 港 | inactive | for Japan; France

                """
            let session = server.engine.systemSession(as: .operator, reason: "test")
            _ = try await session.importSchema([try SchemaFile(text, name: "test")])
            let type = Batch(
                "RecordType", ["Name": "Groups", "DeveloperName": "Group", "SobjectType": "Visit__c", "IsActive": true])
            let id = try #require(try await session.create(type, onFailure: .rollbackAll)[0].id)
            let answer = try await server.call(.get, "sobjects/Visit__c/describe")
            let fields = answer.json["fields"] as? [[String: Any]] ?? []
            let city = try #require(fields.first { $0["name"] as? String == "City__c" })
            #expect(city["controllerName"] as? String == "Country__c" && city["dependentPicklist"] as? Bool == true)
            let values = city["picklistValues"] as? [[String: Any]] ?? []
            // The first bit of the first byte is Japan's, the second one France's.
            #expect(values.map { $0["validFor"] as? String } == ["gA==", "wA=="])
            #expect(values.map { $0["active"] as? Bool } == [true, false])
            let country = try #require(fields.first { $0["name"] as? String == "Country__c" })
            #expect((country["picklistValues"] as? [[String: Any]])?.first?["validFor"] is NSNull)
            let types = answer.json["recordTypeInfos"] as? [[String: Any]] ?? []
            #expect(types.map { $0["developerName"] as? String } == ["Group", "Master"])
            #expect(types.first?["recordTypeId"] as? String == id.description)
        }
    }

    @Test func `labels are in the caller's language`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/Contact", headers: [.acceptLanguage: "ja"])
            let description = answer.json["objectDescribe"] as? [String: Any]
            #expect(description?["label"] as? String == "取引先責任者")
            #expect(answer.json["recentItems"] is [Any])
        }
    }
}
