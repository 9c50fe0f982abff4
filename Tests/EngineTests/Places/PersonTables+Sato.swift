import Records

extension PersonTables {
    /// 佐藤 健一 with a case, a comment and a consent, and a namesake in whose case a neighbour names him.
    /// - Returns: His contact.
    @discardableResult
    func sato() async throws -> RecordID {
        let individual = try await insert("Individual", 1, ["LastName": "佐藤", "FirstName": "健一", "Ext__c": "IP1"])
        let account = try await insert("Account", 1, ["Name": "佐藤商店", "Ext__c": "A1"])
        let contact = try await insert(
            "Contact", 1,
            [
                "LastName": "佐藤", "FirstName": "健一", "Name": "佐藤 健一", "Email": "kenichi@example.jp",
                "Phone": "03-0000-0001", "IndividualId": .id(individual), "AccountId": .id(account), "Ext__c": "P1",
                "Description": "VIP。サトウ ケンイチ", "MailingPostalCode": "100-0005", "Birthdate": .integer(-8231),
                "MailingCountry": "日本", "Title": "部長",
            ]
        )
        let ownCase = try await insert(
            "Case", 1,
            [
                "ContactId": .id(contact), "Subject": "佐藤様 お問い合わせ", "SuppliedEmail": "Kenichi@example.jp",
                "SuppliedName": "佐藤 健一", "Description": "折り返しは０３−００００−０００１へ", "Ext__c": "C1",
            ]
        )
        try await insert(
            "CaseComment", 1, ["ParentId": .id(ownCase), "CommentBody": "サトウ ケンイチ様より", "Ext__c": "M1"]
        )
        try await insert(
            "ContactPointTypeConsent", 1, ["PartyId": .id(individual), "Name": "Email consent", "Ext__c": "K1"]
        )
        let other = try await insert(
            "Contact", 2, ["LastName": "佐藤", "FirstName": "健一", "Email": "other@example.jp", "Ext__c": "P2"]
        )
        let othersCase = try await insert(
            "Case", 2,
            [
                "ContactId": .id(other), "Subject": "佐藤様 お問い合わせ", "Ext__c": "C2",
                "Description": "佐藤 健一様よりお電話。 同居の佐藤 健一さん（kenichi@example.jp）からも。",
            ]
        )
        // With the other contact, about this person's case: whose it is, the first lookup says.
        try await insert(
            "Task", 1, ["WhoId": .id(other), "WhatId": .id(ownCase), "Description": "佐藤 健一", "Ext__c": "T1"]
        )
        try await insert(
            "CaseComment", 2, ["ParentId": .id(othersCase), "CommentBody": "tel 13-0000-00011", "Ext__c": "M2"]
        )
        return contact
    }
}
