/// A field of an object: a column, or a compound put together from columns.
public struct Field: Sendable {
    /// The API name, such as `LastName` or `Ext__c`.
    public var name: String
    public var label: String
    public var labelJa: String
    public var type: FieldType
    /// Characters; 0 where the type has none.
    public var length: Int
    public var precision: Int
    public var scale: Int
    public var isNillable: Bool
    public var isCreateable: Bool
    public var isUpdateable: Bool
    public var isCustom: Bool
    public var isExternalID: Bool
    public var isUnique: Bool
    public var isCaseSensitive: Bool
    public var isIDLookup: Bool
    public var isNameField: Bool
    /// The value is the product's to give, one higher each time (`CaseNumber`).
    public var isAutoNumber: Bool
    /// How an auto number is written, zeros for digits: `R-{000000}`; nil for other fields.
    public var autoNumberFormat: String?
    /// Kept in the history of changes.
    public var isHistoryTracked: Bool
    /// Objects that a reference may point to.
    public var referenceTo: [String]
    /// The name by which a path goes to the parent, such as `Account`.
    public var relationshipName: String?
    /// Per parent object, the name of the list of children; nil when the platform gives none.
    public var childRelationships: [String: String?]
    /// What happens to this record when its parent is deleted.
    public var onParentDelete: ParentDelete
    public var picklist: [PicklistValue]
    /// Other values than ``picklist`` are refused.
    public var isRestrictedPicklist: Bool
    /// The picklist or checkbox of the same object whose value decides which values of this picklist can be chosen; nil
    /// where all can.
    public var controllerName: String?
    public var defaultValue: Value
    /// The compound field that this one is a part of, such as `MailingAddress` or `Name`.
    public var compoundFieldName: String?
    /// What it tells of a person; nil when nothing.
    public var classification: Classification?
    /// Deleted by an administrator: nobody sees it, and what it holds is kept until it is restored or its days are over.
    public var isDeleted: Bool
    /// How its values are sealed in the database; nil where they lie there as they are.
    public var encryption: FieldEncryption?

    public init(name: String, type: FieldType) {
        self.name = name
        self.type = type
        label = name
        labelJa = name
        length = 0
        precision = 0
        scale = 0
        isNillable = true
        isCreateable = true
        isUpdateable = true
        isCustom = false
        isExternalID = false
        isUnique = false
        isCaseSensitive = false
        isIDLookup = false
        isNameField = false
        isAutoNumber = false
        autoNumberFormat = nil
        isHistoryTracked = false
        referenceTo = []
        relationshipName = nil
        childRelationships = [:]
        onParentDelete = .setNull
        picklist = []
        isRestrictedPicklist = false
        controllerName = nil
        defaultValue = .null
        compoundFieldName = nil
        classification = nil
        isDeleted = false
        encryption = nil
    }

    /// What happens to a record when the record it refers to is deleted.
    public enum ParentDelete: String, Sendable { case setNull, cascade, restrict }
}

/// What a personal field tells of a person. Everything that privacy does to a field is derived from this.
public enum Classification: String, Sendable, CaseIterable {
    case identity, contact, financial, behaviour, preference, technical, link
    /// May hold anything, other people's data as well.
    case freeText = "free-text"
    /// APPI art. 2(3), GDPR Art. 9 and 10.
    case specialCare = "special-care"
}
