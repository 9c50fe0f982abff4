import HTTP

/// The types, headers and calls of the SOAP interface, as both WSDLs and what is written tell them: an element is a name, a type and
/// marks (`?` may be missing, `*` any number, `~` may be nil).
struct SOAPTypes {
    struct Element: Sendable {
        let name: String
        /// With its prefix, where it is not one of these types.
        let type: String
        let isOptional: Bool
        let isList: Bool
        let isNillable: Bool

        init(_ text: Substring) {
            let words = text.split(separator: " ")
            name = String(words[0])
            let marks = words.count > 2 ? words[2] : ""
            isList = marks.contains("*")
            isOptional = isList || marks.contains("?")
            isNillable = marks.contains("~")
            type = Self.qualified(words[1])
        }

        private static func qualified(_ type: Substring) -> String {
            if type.contains(":") { return String(type) }
            return ["base64Binary", "boolean", "dateTime", "double", "int", "string"].contains(type)
                ? "xsd:\(type)" : "tns:\(type)"
        }
    }

    struct Operation: Sendable {
        let name: String
        let request: [Element]
        let result: Element?
    }

    /// In the order of their names.
    static let types = elements(typesText)
    static let byName = Dictionary(uniqueKeysWithValues: types.map { ($0.name, $0.elements) })
    static let headers = elements(headersText)
    static let operations: [Operation] = operationsText.split(separator: "\n").map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let ends = parts[1].split(separator: "->", maxSplits: 1, omittingEmptySubsequences: false)
        let result = ends.count > 1 ? ends[1].trimmingSpaces() : ""
        return Operation(
            name: String(parts[0]), request: list(ends[0]),
            result: result.isEmpty ? nil : Element("result \(result)"))
    }

    private static func elements(_ text: String) -> [(name: String, elements: [Element])] {
        text.split(separator: "\n").map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? list(parts[1]) : [])
        }
    }

    private static func list(_ text: Substring) -> [Element] {
        text.split(separator: ";").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }.map { Element($0) }
    }

    private static let operationsText = """
        login: username string; password string -> LoginResult
        describeSObject: sObjectType string -> DescribeSObjectResult ~
        describeSObjects: sObjectType string * -> DescribeSObjectResult *~
        describeGlobal: -> DescribeGlobalResult
        create: sObjects ens:sObject * -> SaveResult *
        update: sObjects ens:sObject * -> SaveResult *
        upsert: externalIDFieldName string; sObjects ens:sObject * -> UpsertResult *
        merge: request MergeRequest * -> MergeResult *
        delete: ids ID * -> DeleteResult *
        undelete: ids ID * -> UndeleteResult *
        emptyRecycleBin: ids ID * -> EmptyRecycleBinResult *
        retrieve: fieldList string; sObjectType string; ids ID * -> ens:sObject *~
        convertLead: leadConverts LeadConvert * -> LeadConvertResult *
        logout: ->
        invalidateSessions: sessionIds string * -> InvalidateSessionsResult *
        getDeleted: sObjectType string; startDate dateTime; endDate dateTime -> GetDeletedResult
        getUpdated: sObjectType string; startDate dateTime; endDate dateTime -> GetUpdatedResult
        query: queryString string -> QueryResult
        queryAll: queryString string -> QueryResult
        queryMore: queryLocator QueryLocator -> QueryResult
        search: searchString string -> SearchResult
        getServerTimestamp: -> GetServerTimestampResult
        getUserInfo: -> GetUserInfoResult
        setPassword: userId ID; password string -> SetPasswordResult
        changeOwnPassword: oldPassword string; newPassword string -> ChangeOwnPasswordResult
        resetPassword: userId ID -> ResetPasswordResult
        """

    private static let headersText = """
        AllOrNoneHeader: allOrNone boolean
        AllowFieldTruncationHeader: allowFieldTruncation boolean
        AssignmentRuleHeader: assignmentRuleId ID ?~; useDefaultRule boolean ?~
        CallOptions: client string ?~; defaultNamespace string ?~
        DisableFeedTrackingHeader: disableFeedTracking boolean
        DuplicateRuleHeader: allowSave boolean; includeRecordDetails boolean ?; runAsCurrentUser boolean ?
        EmailHeader: triggerAutoResponseEmail boolean; triggerOtherEmail boolean; triggerUserEmail boolean
        LimitInfoHeader: limitInfo LimitInfo *
        LocaleOptions: language string ?; localizeErrors boolean ?
        LoginScopeHeader: organizationId ID ?; portalId ID ?
        MruHeader: updateMru boolean
        OwnerChangeOptions: options OwnerChangeOption *
        PackageVersionHeader: packageVersions PackageVersion *
        QueryOptions: batchSize int ?~
        SessionHeader: sessionId string
        StreamingEnabledHeader: streamingEnabled boolean
        UserTerritoryDeleteHeader: transferToUserId ID ?~
        """

    private static let typesText = """
        ActionOverride: formFactor string; isAvailableInTouch boolean; name string; pageId ID; url string ~
        AdditionalInformationMap: name string; value string
        ChangeOwnPasswordResult:
        ChildRelationship: cascadeDelete boolean; childSObject string; deprecatedAndHidden boolean; field string; junctionIdListNames string *; junctionReferenceTo string *; relationshipName string ?; restrictedDelete boolean ?
        DeleteResult: errors Error *; id ID ~; success boolean
        DeletedRecord: deletedDate dateTime; id ID
        DescribeGlobalResult: encoding string ~; maxBatchSize int; sobjects DescribeGlobalSObjectResult *
        DescribeGlobalSObjectResult: activateable boolean; createable boolean; custom boolean; customSetting boolean; deletable boolean; deprecatedAndHidden boolean; feedEnabled boolean; hasSubtypes boolean; isInterface boolean; isSubtype boolean; keyPrefix string ~; label string; labelPlural string; layoutable boolean; mergeable boolean; mruEnabled boolean; name string; queryable boolean; replicateable boolean; retrieveable boolean; searchable boolean; triggerable boolean; undeletable boolean; updateable boolean
        DescribeSObjectResult: actionOverrides ActionOverride *~; activateable boolean; childRelationships ChildRelationship *; compactLayoutable boolean; createable boolean; custom boolean; customSetting boolean; deletable boolean; deprecatedAndHidden boolean; feedEnabled boolean; fields Field *~; hasSubtypes boolean; isInterface boolean; isSubtype boolean; keyPrefix string ~; label string; labelPlural string; layoutable boolean; mergeable boolean; mruEnabled boolean; name string; networkScopeFieldName string ?~; queryable boolean; recordTypeInfos RecordTypeInfo *; replicateable boolean; retrieveable boolean; searchLayoutable boolean ?; searchable boolean; supportedScopes ScopeInfo *~; triggerable boolean ?; undeletable boolean; updateable boolean
        EmptyRecycleBinResult: errors Error *; id ID ~; success boolean
        Error: extendedErrorDetails ExtendedErrorDetails *~; fields string *~; message string; statusCode StatusCode
        ExtendedErrorDetails: extendedErrorCode string
        Field: aggregatable boolean; aiPredictionField boolean; autoNumber boolean; byteLength int; calculated boolean; calculatedFormula string ?; cascadeDelete boolean ?; caseSensitive boolean; compoundFieldName string ?; controllerName string ?; createable boolean; custom boolean; defaultValueFormula string ?; defaultedOnCreate boolean; dependentPicklist boolean ?; deprecatedAndHidden boolean; digits int; displayLocationInDecimal boolean ?; encrypted boolean ?; externalId boolean ?; extraTypeInfo string ?; filterable boolean; formulaTreatNullNumberAsZero boolean ?; groupable boolean; highScaleNumber boolean ?; htmlFormatted boolean ?; idLookup boolean; inlineHelpText string ?; label string; length int; mask string ?; maskType string ?; name string; nameField boolean; namePointing boolean ?; nillable boolean; permissionable boolean; picklistValues PicklistEntry *~; polymorphicForeignKey boolean; precision int; queryByDistance boolean; referenceTargetField string ?; referenceTo string *~; relationshipName string ?; relationshipOrder int ?; restrictedDelete boolean ?; restrictedPicklist boolean; scale int; searchPrefilterable boolean; soapType soapType; sortable boolean ?; type fieldType; unique boolean; updateable boolean; writeRequiresMasterRead boolean ?
        GetDeletedResult: deletedRecords DeletedRecord *; earliestDateAvailable dateTime; latestDateCovered dateTime
        GetServerTimestampResult: timestamp dateTime
        GetUpdatedResult: ids ID *; latestDateCovered dateTime
        GetUserInfoResult: accessibilityMode boolean; chatterExternal boolean; currencySymbol string ~; orgAttachmentFileSizeLimit int; orgDefaultCurrencyIsoCode string ~; orgDefaultCurrencyLocale string ~; orgDisallowHtmlAttachments boolean; orgHasPersonAccounts boolean; organizationId ID; organizationMultiCurrency boolean; organizationName string; profileId ID ~; roleId ID ~; sessionSecondsValid int; userDefaultCurrencyIsoCode string ~; userEmail string; userFullName string; userId ID; userLanguage string; userLocale string; userName string; userTimeZone string; userType string; userUiSkin string
        InvalidateSessionsResult: errors Error *; success boolean
        LeadConvert: accountId ID ?~; accountRecord ens:sObject ?~; bypassAccountDedupeCheck boolean ?~; bypassContactDedupeCheck boolean ?~; contactId ID ?~; contactRecord ens:sObject ?~; convertedStatus string; doNotCreateOpportunity boolean; leadId ID; opportunityId ID ?~; opportunityName string ?~; opportunityRecord ens:sObject ?~; overwriteLeadSource boolean; ownerId ID ?~; relatedPersonAccountId ID ?~; relatedPersonAccountRecord ens:sObject ?~; sendNotificationEmail boolean
        LeadConvertResult: accountId ID ~; contactId ID ~; errors Error *; leadId ID ~; opportunityId ID ~; relatedPersonAccountId ID ~; success boolean
        LimitInfo: current int; limit int; type string
        LoginResult: metadataServerUrl string ~; passwordExpired boolean; sandbox boolean; serverUrl string ~; sessionId string ~; userId ID ~; userInfo GetUserInfoResult ?
        MergeRequest: additionalInformationMap AdditionalInformationMap *; masterRecord ens:sObject; recordToMergeIds ID *
        MergeResult: errors Error *; id ID ~; mergedRecordIds ID *; success boolean; updatedRelatedIds ID *
        OwnerChangeOption: type string; execute boolean
        PackageVersion: majorNumber int; minorNumber int; namespace string
        PicklistEntry: active boolean; defaultValue boolean; label string ~; validFor base64Binary ?; value string
        QueryResult: done boolean; queryLocator QueryLocator ~; records ens:sObject *~; size int
        RecordTypeInfo: active boolean; available boolean; defaultRecordTypeMapping boolean; developerName string ~; master boolean; name string; recordTypeId ID ~
        ResetPasswordResult: password string
        SaveResult: errors Error *; id ID ~; success boolean
        ScopeInfo: label string; name string
        SearchRecord: record ens:sObject
        SearchResult: searchRecords SearchRecord *~; searchResultsMetadata SearchResultsMetadata ?~
        SearchResultsMetadata: entityNames string *
        SetPasswordResult:
        UndeleteResult: errors Error *; id ID ~; success boolean
        UpsertResult: created boolean; errors Error *; id ID ~; success boolean
        address: latitude double ?~; longitude double ?~; city string ?~; country string ?~; countryCode string ?~; geocodeAccuracy string ?~; postalCode string ?~; state string ?~; stateCode string ?~; street string ?~
        location: latitude double ?~; longitude double ?~
        """
}
