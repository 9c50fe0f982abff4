import Engine
import Records

/// Makes the company's records, parents first, through the door.
struct CompanyRows {
    let session: Session
    private(set) var ids: [String: RecordID] = [:]

    init(session: Session) { self.session = session }

    mutating func make() async throws {
        try await makeUsers()
        try await makeGuests()
        try await makeConsents()
        try await makeCases()
        try await makeMessages()
    }

    func id(_ name: String) throws -> RecordID {
        guard let id = ids[name] else { throw PlatformError(.notFound, "The company has no record named \(name).") }
        return id
    }

    private mutating func makeUsers() async throws {
        let profiles = try await session.query("SELECT Id, Name FROM Profile")
        for (name, profile) in [("administrator", "System Administrator"), ("agent", "Standard User")] {
            guard let profile = profiles.first(where: { $0["Name"] == .text(profile) })?.id else {
                throw PlatformError(.notFound, "The organisation has no profile \(profile).")
            }
            try await add(
                "user.\(name)", "User",
                [
                    "Username": .text("\(name)@aoba.example"), "Email": .text("\(name)@aoba.example"),
                    "LastName": .text(name == "agent" ? "Agent" : "Administrator"),
                    "Alias": .text(String(name.prefix(8))), "IsActive": true,
                    "ProfileId": .id(profile), "LanguageLocaleKey": "en_US", "LocaleSidKey": "en_US",
                    "TimeZoneSidKey": "Asia/Tokyo", "EmailEncodingKey": "UTF-8",
                ]
            )
        }
    }

    private mutating func makeGuests() async throws {
        for name in Set(Guest.allCases.compactMap(\.details.account)).sorted() {
            try await add("account.\(name)", "Account", ["Name": .text(name)])
        }
        for guest in Guest.allCases {
            let details = guest.details
            try await add(
                "individual.\(guest)", "Individual",
                ["LastName": .text(details.family), "FirstName": .text(details.given)]
            )
            try await add(
                "contact.\(guest)", "Contact",
                [
                    "LastName": .text(details.family), "FirstName": .text(details.given),
                    "IndividualId": .id(try id("individual.\(guest)")),
                    "AccountId": try details.account.map { .id(try id("account.\($0)")) } ?? .null,
                    "Email": details.email.map { .text($0) } ?? .null, "Phone": .text(details.phone),
                    "MailingCity": .text(details.city), "MailingPostalCode": .text(details.postcode),
                    "MailingCountry": .text(details.country), "HasOptedOutOfEmail": .boolean(details.refusesMail),
                    "DoNotCall": .boolean(details.refusesCalls), "HasOptedOutOfFax": .boolean(details.refusesFax),
                    "Description": details.note.map { .text($0) } ?? .null,
                ]
            )
        }
        try await add(
            "lead.lukas", "Lead",
            [
                "LastName": "Weber", "FirstName": "Lukas", "Company": "Nordlicht GmbH",
                "Email": "lukas.weber@example.org",
                "Status": "Open - Not Contacted", "IndividualId": .id(try id("individual.lukas")),
            ]
        )
    }

    private mutating func makeConsents() async throws {
        try await add(
            "purpose.offers", "DataUsePurpose", ["Name": "Offers by mail and phone", "CanDataSubjectOptOut": true]
        )
        for guest in Guest.allCases {
            guard let agreed = guest.agreedToOffers else { continue }
            let status: Value = agreed ? "OptIn" : "OptOut"
            try await add(
                "consent.\(guest)", "ContactPointTypeConsent",
                [
                    "Name": .text("Mail: \(guest)"), "PartyId": .id(try id("individual.\(guest)")),
                    "DataUsePurposeId": .id(try id("purpose.offers")), "ContactPointType": "Email",
                    "PrivacyConsentStatus": status, "CaptureDate": "2026-04-01T09:00:00.000Z",
                    "CaptureSource": "Registration form", "CaptureContactPointType": "Web",
                ]
            )
        }
    }

    private mutating func makeCases() async throws {
        let cases: [(String, Guest, String, String)] = [
            ("booking", .hanako, "10月の予約の確認", "3名で2泊。同行者は田中陽菜様(hina.tanaka@example.jp)。"),
            ("stop", .taro, "案内メールの停止", "案内メールを今後一切送らないでほしいとの申し出。"),
            ("invoice", .ren, "請求額の誤り", "宿泊税が二重に請求されているとのこと。"),
            ("scarf", .hina, "忘れ物の問い合わせ", "305号室に青いマフラーを忘れたとのこと。"),
            ("card", .ken, "会員番号の再発行", "会員証を紛失。"),
            ("receipt", .otherKen, "領収書の宛名", "宛名を会社名に変更希望。"),
            (
                "newsletter", .anna, "Newsletter after withdrawal",
                "She received one more after she withdrew her consent."
            ),
            ("checkout", .john, "Late checkout", "Asks for 14:00 for himself and Mary Johnson."),
            ("allergy", .mary, "Allergy", "Nuts. To be told to the kitchen before every stay."),
            ("conference", .lukas, "Conference for sixty", "Wants an offer for two days in spring."),
            ("copy", .giulia, "Data in a portable form", "Asks for all data that we hold about her."),
        ]
        for (name, guest, subject, description) in cases {
            try await add(
                "case.\(name)", "Case",
                [
                    "ContactId": .id(try id("contact.\(guest)")), "Subject": .text(subject),
                    "Description": .text(description), "Status": "New", "Origin": "Phone", "Priority": "Medium",
                ]
            )
        }
        let comments: [(String, String, String)] = [
            ("breakfast", "booking", "田中陽菜様の分の朝食は洋食とのこと。"),
            ("deadline", "invoice", "経理に確認中。高橋様には金曜日までに回答。"),
            ("parcel", "scarf", "305号室で発見。田中様のご住所へ着払いで発送。"),
            ("removed", "newsletter", "Anna Müller called again; the address is removed from the list."),
            ("colleague", "newsletter", "Her colleague Lukas Weber asked for the same."),
        ]
        for (name, parent, text) in comments {
            try await add(
                "comment.\(name)", "CaseComment",
                ["ParentId": .id(try id("case.\(parent)")), "CommentBody": .text(text)]
            )
        }
    }

    private mutating func makeMessages() async throws {
        let messages: [(String, String, Guest, String, String)] = [
            ("friend", "booking", .hanako, "10月の予約について", "予約に友人の田中陽菜を加えてください。連絡先は090-5550-0104です。\n\n佐藤花子"),
            ("dispute", "invoice", .ren, "請求書の件", "訂正が済むまで、私の情報の利用を止めてください。\n\n高橋蓮"),
            (
                "offer", "conference", .lukas, "Spring conference",
                "Please send the offer to me and to Anna Müller (anna.mueller@example.com).\n\nLukas Weber"
            ),
            (
                "copy", "copy", .giulia, "My data",
                "Please send me a copy of all the data you hold about me.\n\nGiulia Rossi"
            ),
        ]
        for (name, parent, sender, subject, text) in messages {
            try await add(
                "message.\(name)", "EmailMessage",
                [
                    "ParentId": .id(try id("case.\(parent)")), "Incoming": true, "Status": "0",
                    "FromAddress": sender.details.email.map { .text($0) } ?? .null, "ToAddress": "service@aoba.example",
                    "Subject": .text(subject), "TextBody": .text(text), "MessageDate": "2026-10-02T08:15:00.000Z",
                ]
            )
        }
    }

    private mutating func add(_ name: String, _ object: String, _ values: KeyValuePairs<String, Value>) async throws {
        let outcome = try await session.create(Batch(object, values), onFailure: .rollbackAll).first
        switch outcome {
        case .done(let id, _): ids[name] = id
        case .refused(let errors): throw errors.first ?? PlatformError(.unknownException, "\(name) was refused.")
        case nil: throw PlatformError(.unknownException, "\(name) has no outcome.")
        }
    }
}
