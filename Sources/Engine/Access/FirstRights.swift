import Records
import Store

/// The rights of the two profiles that every organisation begins with.
enum FirstRights {
    static func make(administrator: RecordID, standardUser: RecordID, on connection: any Connection) throws {
        try connection.execute(
            "INSERT INTO az_profile_power (profile, modifies_all) VALUES (\(.id(administrator)), 1)"
        )
        let worked: ObjectRights = [.read, .create, .edit]
        let recorded: ObjectRights = [.read, .create]
        for (objects, rights) in [(workedWith, worked), (proof, recorded), (follows, worked), (read, .read)] {
            for object in objects {
                try connection.execute(
                    """
                    INSERT INTO az_object_right (profile, object, rights) VALUES (\(.id(standardUser)), \
                    \(.text(object)), \(.integer(rights.rawValue)))
                    """
                )
            }
        }
        for (object, field) in hidden {
            try connection.execute(
                """
                INSERT INTO az_field_right (profile, object, field, rights) VALUES (\(.id(standardUser)), \
                \(.text(object)), \(.text(field)), 0)
                """
            )
        }
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
