import Records
import Store

/// The rights of the two profiles that every organisation begins with.
enum FirstRights {
    static func make(
        administrator: RecordID, standardUser: RecordID, at now: Instant, on connection: any Connection
    ) throws {
        let rows = try PermissionRows(at: now, connection)
        _ = try rows.addSet(of: administrator, named: "System Administrator")
        let set = try rows.addSet(of: standardUser, named: "Standard User")
        let worked: ObjectRights = [.read, .create, .edit]
        let recorded: ObjectRights = [.read, .create]
        for (objects, rights) in [(workedWith, worked), (proof, recorded), (follows, worked), (read, .read)] {
            for object in objects { try rows.add(rights, on: object, to: set) }
        }
        for (object, field) in hidden { try rows.add([], on: field, of: object, to: set) }
    }

    /// What a service agent works with: read, create, edit; never delete.
    private static let workedWith = [
        "Account", "Contact", "Lead", "Case", "CaseComment", "EmailMessage", "Task", "Event",
    ]

    /// What a service agent takes down once and nobody changes: a decision about consent with its proof.
    private static let proof = ["ConsentEvent"]

    /// What is brought in step with a decision by whoever records it.
    private static let follows = ["ContactPointTypeConsent"]

    /// What a service agent sees on a customer's page.
    private static let read = [
        "Individual", "ContactPointEmail", "ContactPointPhone", "ContactPointAddress", "ContactPointConsent",
        "PartyConsent", "DataUsePurpose", "DataUseLegalBasis",
        "AuthorizationForm", "AuthorizationFormText", "AuthorizationFormConsent", "AuthorizationFormDataUse",
        "CommSubscription", "CommSubscriptionChannelType", "CommSubscriptionConsent", "CommSubscriptionTiming",
        "EngagementChannelType", "CaseHistory", "User", "Group", "Organization", "RecordType", "LeadStatus",
        "DuplicateRule", "DuplicateRecordSet", "DuplicateRecordItem",
    ]

    /// More than an agent needs to know of a person.
    private static let hidden = [
        ("Contact", "Birthdate"), ("Individual", "BirthDate"), ("Individual", "ConvictionsCount"),
        ("Individual", "ConsumerCreditScore"), ("Individual", "ConsumerCreditScoreProviderName"),
        ("Individual", "MilitaryService"),
    ]
}
