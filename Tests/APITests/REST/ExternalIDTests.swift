import Engine
import HTTPTypes
import Records
import Testing

struct ExternalIDTests {
    private func withExternalID(_ body: @Sendable @escaping (TestServer) async throws -> Void) async throws {
        try await TestServer.run { server in
            var field = Field(name: "Ext__c", type: .string)
            field.length = 80
            field.isCustom = true
            field.isExternalID = true
            field.isUnique = true
            field.isIDLookup = true
            let session = server.engine.systemSession(as: .install, reason: "test")
            try await session.addField(NewField(field), to: "Contact")
            try await body(server)
        }
    }

    @Test func `an upsert creates, then updates`() async throws {
        try await withExternalID { server in
            let made = try await server.call(.patch, "sobjects/Contact/Ext__c/a%2Fb", #"{"LastName":"Upsert"}"#)
            #expect(made.status == 201, "\(made.body)")
            let id = try #require(made.json["id"] as? String)
            #expect(made.body == #"{"id":"\#(id)","success":true,"errors":[],"created":true}"#)
            let again = try await server.call(.patch, "sobjects/Contact/Ext__c/a%2Fb", #"{"LastName":"Upserted"}"#)
            #expect(again.status == 200)
            #expect(again.body == #"{"id":"\#(id)","success":true,"errors":[],"created":false}"#)
            let old = try await server.call(
                .patch, "sobjects/Contact/Ext__c/a%2Fb", #"{"LastName":"Upserted"}"#, version: "45.0"
            )
            #expect(old.status == 204 && old.body.isEmpty)
            let row = try await server.call(.get, "sobjects/Contact/Ext__c/A%2FB?fields=LastName,Ext__c")
            #expect(row.json["LastName"] as? String == "Upserted")
            #expect(row.json["Ext__c"] as? String == "a/b")
            #expect(try await server.call(.delete, "sobjects/Contact/Ext__c/a%2Fb").status == 204)
            #expect(try await server.call(.get, "sobjects/Contact/Ext__c/a%2Fb").status == 404)
        }
    }

    @Test func `the external id does not belong in the body`() async throws {
        try await withExternalID { server in
            let answer = try await server.call(
                .patch, "sobjects/Contact/Ext__c/1", #"{"LastName":"x","Ext__c":"1"}"#
            )
            #expect(answer.status == 400)
            #expect(answer.errorCode == "INVALID_FIELD")
        }
    }

    @Test func `updateOnly creates nothing`() async throws {
        try await withExternalID { server in
            let answer = try await server.call(
                .patch, "sobjects/Contact/Ext__c/none?updateOnly=true", #"{"LastName":"x"}"#
            )
            #expect(answer.status == 404)
        }
    }

    @Test func `a plus is a blank only when the plus finds nothing`() async throws {
        try await withExternalID { server in
            try await server.call(.patch, "sobjects/Contact/Ext__c/a%20b", #"{"LastName":"blank"}"#)
            let blank = try await server.call(.get, "sobjects/Contact/Ext__c/a+b")
            #expect(blank.json["LastName"] as? String == "blank")
            try await server.call(.post, "sobjects/Contact", #"{"LastName":"plus","Ext__c":"a+b"}"#)
            let plus = try await server.call(.get, "sobjects/Contact/Ext__c/a+b")
            #expect(plus.json["LastName"] as? String == "plus")
        }
    }

    @Test func `a parent is named by its external id`() async throws {
        try await withExternalID { server in
            try await server.call(.patch, "sobjects/Contact/Ext__c/boss", #"{"LastName":"Boss"}"#)
            let id = try await server.make("Contact", #"{"LastName":"x","ReportsTo":{"Ext__c":"boss"}}"#)
            let row = try await server.call(.get, "sobjects/Contact/\(id)/ReportsTo?fields=LastName")
            #expect(row.json["LastName"] as? String == "Boss")
        }
    }
}
