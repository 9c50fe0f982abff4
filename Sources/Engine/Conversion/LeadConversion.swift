public import Records

/// A lead that becomes a contact of an account, and what is made of it.
public struct LeadConversion: Sendable {
    public var lead: RecordID
    /// The `Status` that the lead has afterwards.
    public var convertedStatus: String
    /// An account that is there already; nil: one is made.
    public var account: RecordID?
    /// A contact that is there already; nil: one is made. It keeps what it has and gets what it lacks.
    public var contact: RecordID?
    public var createsOpportunity = true
    /// Nil: the lead's company.
    public var opportunityName: String?
    /// Of what is made; nil: the lead's owner, or the session's user where a queue owns the lead.
    public var owner: RecordID?
    /// Whether the contact's `LeadSource` becomes the lead's.
    public var overwritesLeadSource = false

    public init(lead: RecordID, convertedStatus: String) {
        self.lead = lead
        self.convertedStatus = convertedStatus
    }
}

/// What a lead became.
public struct ConvertedLead: Sendable {
    public let lead: RecordID
    public let account: RecordID
    public let contact: RecordID
    public let opportunity: RecordID?
}

/// Which fields of a lead become which of what is made of it.
enum LeadMapping {
    static let account: [(from: String, to: String)] =
        [
            ("Company", "Name"), ("Phone", "Phone"), ("Fax", "Fax"), ("Website", "Website"), ("Industry", "Industry"),
            ("AnnualRevenue", "AnnualRevenue"), ("NumberOfEmployees", "NumberOfEmployees"), ("Rating", "Rating"),
            ("LeadSource", "AccountSource"), ("CompanyDunsNumber", "DunsNumber"),
        ] + address("Billing")

    static let contact: [(from: String, to: String)] =
        [
            "LastName", "FirstName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax", "Description",
            "LeadSource", "GenderIdentity", "Pronouns", "IndividualId", "EmailBouncedDate", "EmailBouncedReason",
        ].map { ($0, $0) } + address("Mailing")

    static let opportunity: [(from: String, to: String)] = [("LeadSource", "LeadSource")]

    private static func address(_ kind: String) -> [(from: String, to: String)] {
        ["Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy"]
            .map { ($0, kind + $0) }
    }

    /// The mapping of an object, with the custom fields that both have by the same name and type.
    static func all(
        _ fields: [(from: String, to: String)], from lead: ObjectSchema, to object: ObjectSchema
    ) -> [(from: String, to: String)] {
        fields
            + lead.fields.filter { $0.isCustom && object.field($0.name)?.type == $0.type }.map { ($0.name, $0.name) }
    }
}
