import AzukariTesting
import Engine
import Foundation
import HTTPTypes
import HummingbirdTesting
import Identity
import Records
import Testing

/// Every road of the API against every kind of limit: whoever may not see records learns nothing of them, neither what they hold
/// nor that they are there. What is answered beside them is what an organisation answers that never had them.
struct RoadMatrixTests {
    enum Limit: String, CaseIterable, Sendable {
        /// No right to the objects.
        case object
        /// No right to a field.
        case field
        /// Records of others.
        case sharing
        /// A restriction rule.
        case restriction
        /// Persons whose processing is restricted (GDPR Art. 18).
        case person
        /// Fields that the purpose does not need.
        case purpose
        /// Persons who have not agreed to the purpose.
        case consent

        /// Whether it closes fields of records that may be seen.
        var isOfFields: Bool { self == .field || self == .purpose }
    }

    @Test func `every road of the router has a row`() async throws {
        try await TestServer.run { server in
            let roads = try await Self.roads(server)
            #expect(roads.subtracting(Roads.all.keys).sorted() == [])
            #expect(Set(Roads.all.keys).subtracting(roads).sorted() == [])
        }
    }

    @Test(arguments: Limit.allCases)
    func `no road tells of what a limit closes`(limit: Limit) async throws {
        let (with, without) = (Answers(), Answers())
        try await Self.company(limit, hasHidden: true, with)
        if !limit.isOfFields { try await Self.company(limit, hasHidden: false, without) }
        for (road, answers) in with.all.sorted(by: { $0.key < $1.key }) {
            for (place, answer) in answers.enumerated() {
                #expect(!answer.lowercased().contains("zq7731"), "\(limit) \(road) \(place): \(answer)")
                #expect(!answer.contains("UNKNOWN_EXCEPTION"), "\(road) \(place): \(answer)")
            }
            // That a person's records went is told to whoever keeps a copy, by their ids: the copies must follow.
            if limit == .person, road == "GET own/changes" { continue }
            guard !limit.isOfFields, let others = without.all[road] else { continue }
            for (place, (answer, other)) in zip(answers, others).enumerated() where answer != other {
                let same = zip(answer, other).prefix { $0 == $1 }.count
                Issue.record(
                    """
                    \(limit) \(road) \(place):
                    \(answer.dropFirst(max(0, same - 100)).prefix(400))
                    without it:
                    \(other.dropFirst(max(0, same - 100)).prefix(400))
                    """)
            }
        }
        #expect(with.all.count == Roads.all.count)
    }

    private final class Answers: @unchecked Sendable {
        var all: [String: [String]] = [:]
    }

    private static func roads(_ server: TestServer) async throws -> Set<String> {
        let answer = Answer(try await server.client.execute(uri: "/services/openapi.json", method: .get))
        var roads: Set<String> = []
        for (path, operations) in try #require(answer.json["paths"] as? [String: [String: Any]]) {
            var path = path
            for (long, short) in [
                ("/services/data/{version}/", ""), ("/services/azukari/v1/", "own/"),
                ("/services/async/{version}/", "async/"), ("/services/oauth2/", "oauth2/"),
            ] { path = path.replacing(long, with: short) }
            for method in operations.keys {
                roads.insert(path.contains("/Soap/") ? "POST Soap" : "\(method.uppercased()) \(path)")
            }
        }
        return roads
    }

    // MARK: The company

    private static func company(_ limit: Limit, hasHidden: Bool, _ answers: Answers) async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let account = try await server.make("Account", #"{"Name":"Open"}"#)
            let contact = try await server.make("Contact", #"{"LastName":"Open","AccountId":"\#(account)"}"#)
            let open = try await server.make("Case", #"{"Subject":"Open","ContactId":"\#(contact)"}"#)
            try await close(limit, contact, server)
            var ids = [
                "Account": "001000000000zzzAAA", "Contact": "003000000000zzzAAA", "Case": "500000000000zzzAAA",
                "CaseComment": "00a000000000zzzAAA",
            ]
            if hasHidden { ids = try await hidden(server, limit) }
            let agent = try await server.identity.signIn(
                username: TestServer.agent, password: TestServer.password, address: "",
                application: SigningApplication(name: "Test", kind: .api, purposes: ["customerService"]))
            if limit != .object, !limit.isOfFields {
                // What may be seen is the agent's own.
                let user = try #require(
                    try await server.call(.get, "query?q=SELECT+Id+FROM+User+WHERE+LastName='Agent'").records.first?[
                        "Id"]
                        as? String)
                for (object, id) in [("Account", account), ("Contact", contact), ("Case", open)] {
                    let given = try await server.call(.patch, "sobjects/\(object)/\(id)", #"{"OwnerId":"\#(user)"}"#)
                    #expect(given.status == 204, "\(given.body)")
                }
            }
            let roads = Roads(
                server: server, token: agent.token, contact: ids["Contact"] ?? "", account: ids["Account"] ?? "",
                caseID: ids["Case"] ?? "", comment: ids["CaseComment"] ?? "", openContact: contact, openCase: open)
            // Reading first: what the writes do would differ by their own records.
            for (name, ask) in Roads.all.sorted(by: {
                ($0.key.hasPrefix("GET") ? 0 : 1, $0.key) < ($1.key.hasPrefix("GET") ? 0 : 1, $1.key)
            }) {
                answers.all[name] = try await ask(roads).map { answer in
                    masked("\(answer.status) \(answer.body)", Array(ids.values))
                }
            }
        }
    }

    private static func hidden(_ server: TestServer, _ limit: Limit) async throws -> [String: String] {
        // A field that is closed hides no record, and what a person is limited by no company.
        let word = limit.isOfFields ? "Plain" : "Zq7731"
        var ids = ["Account": "001000000000zzzAAA"]
        let isOfPerson = limit == .person || limit == .consent
        if !isOfPerson { ids["Account"] = try await server.make("Account", #"{"Name":"\#(word) KK"}"#) }
        let account = isOfPerson ? "null" : "\"\(ids["Account"] ?? "")\""
        let contact = try await server.make(
            "Contact",
            """
            {"LastName":"\(word)","Department":"Zq7731","AccountId":\(account),"Email":"\(word)@hidden.example"}
            """)
        let row = try await server.make(
            "Case", #"{"Subject":"\#(word) case","ContactId":"\#(contact)","AccountId":\#(account),"Reason":"Other"}"#)
        ids["Contact"] = contact
        ids["Case"] = row
        ids["CaseComment"] = try await server.make(
            "CaseComment", #"{"ParentId":"\#(row)","CommentBody":"\#(word) said"}"#)
        _ = try await server.make("Task", #"{"Subject":"\#(word)","WhoId":"\#(contact)","WhatId":"\#(row)"}"#)
        if limit == .person {
            let officer = server.engine.systemSession(as: .privacy, reason: "test")
            let person = try #require(RecordID(contact))
            _ = try await officer.restrict(person, request: person)
        }
        return ids
    }

    /// Closes what the agent is not to see.
    private static func close(_ limit: Limit, _ contact: String, _ server: TestServer) async throws {
        func set() async throws -> String {
            let found = try await server.call(
                .get, "query?q=SELECT+Id+FROM+PermissionSet+WHERE+Profile.Name='Standard+User'")
            return try #require(found.records.first?["Id"] as? String, "\(found.body)")
        }
        switch limit {
        case .object:
            for object in ["Contact", "Case", "Account", "CaseComment", "Task"] {
                let found = try await server.call(
                    .get, "query?q=SELECT+Id+FROM+ObjectPermissions+WHERE+SobjectType='\(object)'")
                let id = try #require(found.records.first?["Id"] as? String)
                #expect(try await server.call(.delete, "sobjects/ObjectPermissions/\(id)").status == 204)
            }
        case .field:
            _ = try await server.make(
                "FieldPermissions",
                #"{"ParentId":"\#(try await set())","SobjectType":"Contact","Field":"Contact.Department"}"#)
        case .sharing:
            let admin = server.engine.systemSession(as: .operator, reason: "test")
            for object in ["Contact", "Case", "Account"] { try await admin.setSharing(.private, of: object) }
        case .restriction:
            let found = try await server.call(.get, "query?q=SELECT+Id+FROM+Group+WHERE+Type='Organization'")
            let group = try #require(found.records.first?["Id"] as? String)
            for (object, field) in [("Contact", "LastName"), ("Case", "Subject"), ("Account", "Name")] {
                _ = try await server.make(
                    "SharingRule",
                    """
                    {"Name":"No","SobjectType":"\(object)","Type":"Restriction","SharedToId":"\(group)",
                    "Criteria":"NOT \(field) LIKE 'Zq%'"}
                    """)
            }
        case .person: break
        case .purpose, .consent:
            let purpose = try await server.make(
                "DataUsePurpose",
                #"{"Name":"P","DeveloperName":"p","SubjectScope":"\#(limit == .consent ? "OptedIn" : "Everyone")"}"#)
            _ = try await server.call(
                .patch, "sobjects/PermissionSet/\(try await set())", #"{"DataUsePurposeId":"\#(purpose)"}"#)
            if limit == .consent {
                let person = try await server.make("Individual", #"{"LastName":"Open"}"#)
                _ = try await server.call(.patch, "sobjects/Contact/\(contact)", #"{"IndividualId":"\#(person)"}"#)
                _ = try await server.make(
                    "ContactPointTypeConsent",
                    """
                    {"Name":"C","PartyId":"\(person)","DataUsePurposeId":"\(purpose)","ContactPointType":"Email",
                    "PrivacyConsentStatus":"OptIn"}
                    """)
            } else {
                let names = ["LastName", "Email", "Title", "AccountId"].map { #""Contact","Field":"Contact.\#($0)""# }
                for scope in names + ["Account", "Case", "CaseComment", "Task"].map({ "\"\($0)\"" }) {
                    _ = try await server.make(
                        "DataUsePurposeScope", #"{"DataUsePurposeId":"\#(purpose)","SobjectType":\#(scope)}"#)
                }
            }
        }
    }

    /// Without what tells calls apart in any case: ids, moments, places in the log, numbers of jobs.
    private static func masked(_ text: String, _ ids: [String]) -> String {
        var text = text
        for id in ids { text = text.replacing(id, with: "ID").replacing(id.prefix(15), with: "ID") }
        // What one asks by is answered.
        text = text.replacing("zq7731@hidden.example", with: "ADDRESS")
        text.replace(/\d{4}-\d\d-\d\dT[0-9:.+Z]+/, with: "T")
        text.replace(/"nextReplayId":"[^"]*"/, with: "R")
        text.replace(/"replayId":"?[^",}]*"?/, with: "R")
        text.replace(/"(transactionKey|commitTimestamp|commitNumber)":"?\d+"?/, with: "N")
        text.replace(/<current>\d+/, with: "N")
        text.replace(/\b(00[0-9A-Za-z]|500|0[0-9A-Za-z]{2}|z[A-Z]\d|7[0-9]{2}|110)0{5,}[0-9A-Za-z]{3,10}\b/, with: "ID")
        return text
    }
}
