/// All objects of an organisation, as one moment saw them. Immutable: a change of schema makes a new one.
public struct Schema: Sendable {
    /// In the order of their names.
    public let objects: [ObjectSchema]
    /// Grows with every change of the schema.
    public let version: Int64
    private let byName: [String: Int]
    private let byPrefix: [KeyPrefix: Int]
    private let childrenByName: [String: [ChildRelationship]]

    public init(objects: [ObjectSchema], version: Int64) {
        let sorted = objects.sorted { $0.name < $1.name }
        self.objects = sorted
        self.version = version
        byName = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.name.lowercased(), $0) })
        byPrefix = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.keyPrefix, $0) })
        childrenByName = sorted.reduce(into: [:]) { children, child in
            for field in child.fields {
                for parent in field.referenceTo {
                    let name = field.childRelationships[parent] ?? nil
                    children[parent, default: []].append(ChildRelationship(child: child, field: field, name: name))
                }
            }
        }
    }

    /// The object of that name, in any case; nil when there is none.
    public func object(_ name: some StringProtocol) -> ObjectSchema? {
        byName[name.lowercased()].map { objects[$0] }
    }

    /// The object that an id is of; nil when there is none.
    public func object(of id: RecordID) -> ObjectSchema? { byPrefix[id.prefix].map { objects[$0] } }

    /// The lookups of other objects (and of itself) that point to an object.
    public func children(of object: ObjectSchema) -> [ChildRelationship] { childrenByName[object.name] ?? [] }
}

/// A lookup seen from the parent.
public struct ChildRelationship: Sendable {
    public let child: ObjectSchema
    public let field: Field
    /// The name of a child subquery, such as `Contacts`; nil when the platform gives none.
    public let name: String?
}

/// An object: a table whose rows are records.
public struct ObjectSchema: Sendable {
    /// The API name, such as `Contact` or `Space__c`.
    public let name: String
    public let label: String
    public let labelPlural: String
    public let labelJa: String
    public let keyPrefix: KeyPrefix
    public let isCustom: Bool
    public let isCreateable: Bool
    public let isUpdateable: Bool
    public let isDeletable: Bool
    public let isQueryable: Bool
    public let isSearchable: Bool
    /// Kept by the product itself (credentials, sessions): never shown to a person or a program.
    public let isInternal: Bool
    /// In describe order; the first is `Id`.
    public let fields: [Field]
    /// The fields that have a column, with their places in ``fields``.
    public let storedFields: [(place: Int, field: Field)]
    /// Where the search for the person whose record it is begins: lookups, in order of preference. Empty: the record is
    /// of nobody, or is itself a person (``isPerson``).
    public let subjectPath: [String]
    /// Whether a record stands for a person by itself: Individual, Contact, Lead.
    public let isPerson: Bool
    /// The rules that a record goes through when it is written, in their order.
    public var duplicateRules: [DuplicateRule] = []
    /// The rules that compare others with its records.
    public var comparingRules: [DuplicateRule] = []
    /// What everybody with the right to the object may do with its records.
    public var sharing = SharingModel.readWrite
    /// The lookups to what a record belongs to; meant by ``SharingModel/controlledByParent``.
    public var sharingParents: [String] = []
    private let byName: [String: Int]

    public init(
        name: String, label: String, labelPlural: String, labelJa: String, keyPrefix: KeyPrefix, isCustom: Bool,
        isCreateable: Bool, isUpdateable: Bool, isDeletable: Bool, isQueryable: Bool, isSearchable: Bool,
        isInternal: Bool, fields: [Field], subjectPath: [String], isPerson: Bool
    ) {
        self.name = name
        self.label = label
        self.labelPlural = labelPlural
        self.labelJa = labelJa
        self.keyPrefix = keyPrefix
        self.isCustom = isCustom
        self.isCreateable = isCreateable
        self.isUpdateable = isUpdateable
        self.isDeletable = isDeletable
        self.isQueryable = isQueryable
        self.isSearchable = isSearchable
        self.isInternal = isInternal
        self.fields = fields
        storedFields = fields.enumerated().filter { $1.type.storage != nil }.map { (place: $0, field: $1) }
        self.subjectPath = subjectPath
        self.isPerson = isPerson
        byName = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name.lowercased(), $0) })
    }

    /// The field of that name, in any case; nil when there is none.
    public func field(_ name: some StringProtocol) -> Field? { byName[name.lowercased()].map { fields[$0] } }

    /// The place of a field in ``fields``; nil when there is none.
    public func index(of name: some StringProtocol) -> Int? { byName[name.lowercased()] }

    /// The lookup whose parent is reached by that name in a path, such as `Account` for `AccountId`.
    public func relationship(_ name: some StringProtocol) -> Field? {
        let lowered = name.lowercased()
        return fields.first { $0.relationshipName?.lowercased() == lowered }
    }

    /// Of an object whose records share those of another (`CaseShare`, `Space__Share`): the other's name; else nil.
    public var sharedObject: String? {
        if name.hasSuffix("__Share") { return name.dropLast("__Share".count) + "__c" }
        return name.hasSuffix("Share") && field("RowCause") != nil ? String(name.dropLast("Share".count)) : nil
    }

    /// The name of the object whose records share this one's.
    public var shareName: String { isCustom ? name.dropLast("__c".count) + "__Share" : name + "Share" }

    /// Whether its records have an owner, so that who sees them can be narrowed.
    public var isOwned: Bool {
        sharedObject == nil && field("OwnerId").map { $0.referenceTo.contains("User") } ?? false
    }

    /// The field that names a record to people: `Name`, `CaseNumber`, `Subject`; nil where there is none.
    public var nameField: Field? { fields.first { $0.isNameField } }
}
