import AzukariTesting
import Engine
import Foundation
import HTTPTypes
import Records
import Testing

/// Answers that are wanted only when something changed, and changes of what is known only.
struct ConditionsTests {
    @Test(arguments: ["Account", "Contact"])
    func `a record that has not changed is not sent again`(object: String) async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let name = object == "Account" ? "Name" : "LastName"
            let path = "sobjects/\(object)/\(try await server.make(object, #"{"\#(name)":"Blue"}"#))"
            // Accounts tell their tag unasked, as on the platform; others when there is a condition.
            let plain = try await server.call(.get, path)
            #expect((plain.headers[.eTag] != nil) == (object == "Account"))
            let first = try await server.call(.get, path, headers: [.ifNoneMatch: "\"0\""])
            #expect(first.status == 200)
            let tag = try #require(first.headers[.eTag])
            let moment = try #require(first.headers[.lastModified])
            #expect(moment == "Mon, 23 Nov 2026 09:00:00 GMT")
            for known: HTTPFields in [
                [.ifNoneMatch: tag], [.ifNoneMatch: "\"1\", W/\(tag)"], [.ifNoneMatch: "*"], [.ifModifiedSince: moment],
                [.ifNoneMatch: tag, .ifModifiedSince: "Mon, 23 Nov 2020 09:00:00 GMT"],
            ] {
                let answer = try await server.call(.get, path, headers: known)
                #expect(answer.status == 304 && answer.body.isEmpty && answer.headers[.eTag] == tag, "\(known)")
            }
            clock.advance(seconds: 2)
            try await server.call(.patch, path, #"{"\#(name)":"Red"}"#)
            for known: HTTPFields in [[.ifNoneMatch: tag], [.ifModifiedSince: moment], [.ifModifiedSince: "yesterday"]]
            {
                #expect(try await server.call(.get, path, headers: known).status == 200, "\(known)")
            }
            #expect(try await server.call(.get, path, headers: [.ifMatch: tag]).errorCode == "PRECONDITION_FAILED")
            #expect(try await server.call(.get, path, headers: [.ifUnmodifiedSince: moment]).status == 412)
        }
    }

    @Test func `a record is changed and deleted only as it is known`() async throws {
        try await TestServer.run { server in
            let path = "sobjects/Account/\(try await server.make("Account", #"{"Name":"Blue"}"#))"
            let tag = try #require(try await server.call(.get, path).headers[.eTag])
            #expect(try await server.call(.patch, path, #"{"Name":"Red"}"#, headers: [.ifMatch: tag]).status == 204)
            for old in [tag, "\"x\"", "\"1\", \"2\"", "\"-\""] {
                let answer = try await server.call(.patch, path, #"{"Name":"Green"}"#, headers: [.ifMatch: old])
                #expect(answer.status == 412 && answer.errorCode == "PRECONDITION_FAILED", "\(old)")
                #expect(try await server.call(.delete, path, headers: [.ifMatch: old]).status == 412)
            }
            let new = try await server.call(.get, path)
            #expect(new.json["Name"] as? String == "Red")
            #expect(try await server.call(.patch, path, #"{"Name":"Blue"}"#, headers: [.ifMatch: "*"]).status == 204)
            let last = try #require(try await server.call(.get, path).headers[.eTag])
            #expect(try await server.call(.delete, path, headers: [.ifMatch: last]).status == 204)
        }
    }

    @Test(arguments: ["sobjects", "sobjects/Contact", "sobjects/Contact/describe", "sobjects/Contact/describe/layouts"])
    func `a description that is known is not sent again until the schema changes`(path: String) async throws {
        try await TestServer.run { server in
            let first = try await server.call(.get, path)
            let (tag, moment) = (try #require(first.headers[.eTag]), try #require(first.headers[.lastModified]))
            for known: HTTPFields in [[.ifNoneMatch: tag], [.ifModifiedSince: moment]] {
                #expect(try await server.call(.get, path, headers: known).status == 304)
            }
            let session = server.engine.systemSession(as: .operator, reason: "test")
            try await session.addField(
                NewField(name: "Colour__c", type: .string, label: "Colour", labelJa: "色"), to: "Contact")
            let changed = try await server.call(.get, path, headers: [.ifNoneMatch: tag])
            #expect(changed.status == (path.hasSuffix("describe") || path.hasSuffix("layouts") ? 200 : 304))
        }
    }

    @Test func `a layout names every field that may be written, once`() async throws {
        try await TestServer.run { server in
            let answer = try await server.call(.get, "sobjects/Contact/describe/layouts")
            let layout = try #require((answer.json["layouts"] as? [[String: Any]])?.first)
            let sections = try #require(layout["editLayoutSections"] as? [[String: Any]])
            var names: [String] = []
            for row in sections.flatMap({ $0["layoutRows"] as? [[String: Any]] ?? [] }) {
                let items = row["layoutItems"] as? [[String: Any]] ?? []
                #expect(items.count == row["numItems"] as? Int)
                for item in items {
                    let components = item["layoutComponents"] as? [[String: Any]] ?? []
                    names += components.compactMap { $0["value"] as? String }
                }
            }
            #expect(
                Set(names).count == names.count
                    && Set(names).isSuperset(of: ["LastName", "Email", "AccountId", "MailingCity"]))
            #expect(!names.contains("CreatedById"))
            let lists = layout["relatedLists"] as? [[String: Any]] ?? []
            #expect(lists.contains { $0["name"] as? String == "Cases" && $0["field"] as? String == "ContactId" })
            let mapping = try #require((answer.json["recordTypeMappings"] as? [[String: Any]])?.first)
            let type = try #require(mapping["recordTypeId"] as? String)
            let alone = try await server.call(.get, "sobjects/Contact/describe/layouts/\(type)")
            #expect(alone.json["editLayoutSections"] != nil)
            #expect(try await server.call(.get, "sobjects/Contact/describe/layouts/012000000000001AAA").status == 404)
            #expect(try await server.call(.get, "sobjects/Nope/describe/layouts").status == 404)
            let compact = try await server.call(.get, "compactLayouts?q=Account,Case")
            #expect(Set(compact.json.keys) == ["Account", "Case"])
            #expect(try await server.call(.get, "compactLayouts?q=UserCredential").errorCode == "INVALID_TYPE")
        }
    }

    @Test func `what the user changed lately comes with the last first`() async throws {
        let clock = TestClock()
        try await TestServer.run(environment: clock.environment) { server in
            let contact = try await server.make("Contact", #"{"LastName":"Blue"}"#)
            clock.advance(seconds: 1)
            let account = try await server.make("Account", #"{"Name":"Red"}"#)
            clock.advance(seconds: 1)
            let other = try await server.make("Contact", #"{"LastName":"Green"}"#)
            func ids(_ path: String) async throws -> [String] {
                try await server.call(.get, path).list.compactMap { $0["Id"] as? String }
            }
            let mine = try await ids("recent").filter { [contact, account, other].contains($0) }
            #expect(mine == [other, account, contact])
            #expect(try await ids("recent?limit=1") == [other])
            clock.advance(seconds: 1)
            try await server.call(.patch, "sobjects/Account/\(account)", #"{"Name":"Yellow"}"#)
            #expect(try await ids("recent/?limit=2") == [account, other])
            for bad in ["0", "201", "x"] { #expect(try await server.call(.get, "recent?limit=\(bad)").status == 400) }
        }
    }
}
