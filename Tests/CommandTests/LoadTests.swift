import AzukariTesting
import Engine
import Formats
import Foundation
import Records
import Testing

@testable import azukari

@Suite(.enabled(if: SharedData.isThere, "../shared/data is not there"), .timeLimit(.minutes(5)))
struct LoadTests {
    @Test func `hostile rows are refused by name or kept to the byte`() async throws {
        struct Expected: Decodable {
            let row: Int
            let starts: String
            let expected: String
        }
        try await SharedData.withGenerated("--people", "2", "--hostile") { folder in
            try await withOrganisation { engine, _ in
                let session = engine.systemSession(as: .operator, reason: "test")
                let results = folder + "/out.csv"
                let tally = try await Load.test(folder + "/Contact-hostile.csv", results: results, in: session)[0].tally
                let rows = try CSVReader.rows(of: try Data(contentsOf: URL(fileURLWithPath: results)))
                let expected = try JSONDecoder().decode(
                    [Expected].self, from: try Data(contentsOf: URL(fileURLWithPath: folder + "/hostile.json")))
                #expect(tally.rows == expected.count)
                for item in expected {
                    let refused = rows.dropFirst().first { $0[0] == String(item.row) }
                    let reason = refused.map { "\($0[3]) \($0[2]) \($0[4])" }
                    if item.expected.hasPrefix("refused: ") {
                        #expect(reason?.contains(item.expected.dropFirst(9)) == true, "\(item): \(reason ?? "loaded")")
                        #expect(refused?[5] == item.starts)
                    } else {
                        #expect(reason == nil, "\(item.starts)")
                    }
                }
                #expect(rows.dropFirst().map { Int($0[0]) ?? 0 } == rows.dropFirst().map { Int($0[0]) ?? 0 }.sorted())
                let kept = try await session.query("SELECT FirstName, Description FROM Contact WHERE Ext__c = 'H08'")
                #expect(kept.first?["FirstName"] == "a \"b\", c\nd")
                #expect(kept.first?["Description"] == "line\r\nbreak")
                #expect(try await session.count(of: "Contact") == 4)
            }
        }
    }

    @Test func `refused rows are corrected in the results file and loaded again`() async throws {
        try await SharedData.withGenerated("--people", "2", "--hostile") { folder in
            try await withOrganisation { engine, _ in
                let session = engine.systemSession(as: .operator, reason: "test")
                let results = folder + "/out.csv"
                _ = try await Load.test(folder + "/Contact-hostile.csv", results: results, in: session)
                let corrected = try String(contentsOfFile: results, encoding: .utf8)
                    .replacing("not a mail", with: "a@example.com").replacing("1990-02-30", with: "1990-02-28")
                    .split(separator: "\n").filter {
                        $0.hasPrefix("az__") || $0.contains(",H05,") || $0.contains(",H06,")
                    }
                try corrected.joined(separator: "\n").write(toFile: results, atomically: true, encoding: .utf8)
                let again = try await Load.test(
                    results, object: "Contact", results: folder + "/again.csv", in: session)
                #expect(again[0].tally.loaded == 2 && again[0].tally.refused == 0)
                #expect(!FileManager.default.fileExists(atPath: folder + "/again.csv"))
            }
        }
    }

    @Test func `a CP932 file keeps its characters`() async throws {
        try await SharedData.withGenerated("--people", "2", "--hostile") { folder in
            try await withOrganisation { engine, _ in
                let session = engine.systemSession(as: .operator, reason: "test")
                _ = try await Load.test(folder + "/Contact-hostile-cp932.csv", in: session)
                let rows = try await session.query("SELECT LastName, FirstName, Description FROM Contact")
                #expect(rows.map { [$0["LastName"], $0["FirstName"], $0["Description"]] } == [["髙橋", "①太郎", "～ソ表"]])
            }
        }
    }

    @Test func `a folder is loaded parents first, and again by upsert without doubles`() async throws {
        try await SharedData.withGenerated("--people", "60", "--seed", "3") { folder in
            try await withOrganisation { engine, _ in
                let session = engine.systemSession(as: .operator, reason: "test")
                let first = try await Load.test(folder, in: session)
                #expect(first.allSatisfy { $0.tally.refused == 0 && $0.tally.loaded == $0.tally.rows })
                let order = first.map(\.object)
                for (child, parent) in [
                    ("Contact", "Account"), ("Contact", "Individual"), ("Case", "Contact"), ("Task", "Case"),
                ] {
                    let (before, after) = (
                        try #require(order.firstIndex(of: parent)), try #require(order.firstIndex(of: child))
                    )
                    #expect(before < after, "\(parent) before \(child)")
                }
                let contact = try await session.query(
                    "SELECT Account.Ext__c, Individual.Ext__c, CreatedDate FROM Contact WHERE Ext__c = 'P0000000'")
                #expect(contact.first?["Individual.Ext__c"] == "IP0000000")
                let again = try await Load.test(folder + "/Contact.csv", upsert: "Ext__c", in: session)
                #expect(again[0].tally.loaded == 60 && again[0].tally.created == 0)
                #expect(try await session.count(of: "Contact") == 60)
            }
        }
    }

    @Test func `all complaints come in as cases, with their companies as accounts`() async throws {
        try await withOrganisation { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            let path = SharedData.path + "/complaints/consumer_complaints_2013.csv"
            let result = try await Load.test(path, mapping: try Mapping(builtIn: "complaints", given: []), in: session)
            #expect(result[0].tally.loaded == 3186 && result[0].tally.refused == 0)
            #expect(try await session.count(of: "Case") == 3186)
            #expect(try await session.count(of: "Case WHERE AccountId = null") == 0)
            let one = try await session.query(
                """
                SELECT CreatedDate, Product__c, Subject, Account.Name, ZIP_Code__c, Origin, Status, Timely_Response__c, \
                Consumer_Disputed__c FROM Case WHERE ZIP_Code__c = '24540' LIMIT 1
                """)
            #expect(one.first?["CreatedDate"].datetime?.description == "2013-07-29T00:00:00.000Z")
            #expect(one.first?["Account.Name"] == "Wells Fargo & Company")
            #expect(one.first?["Timely_Response__c"] == true && one.first?["Consumer_Disputed__c"] == false)
        }
    }

    @Test func `load plans resolve references over their files`() async throws {
        try await withOrganisation { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            let coral = try await Load.test(SharedData.path + "/coral-cloud/data-plan.json", in: session)
            #expect(coral.map(\.tally.loaded) == [35, 156, 10, 2])
            #expect(try await session.count(of: "Guest_Review__c WHERE Contact__r.LastName != null") == 10)
            let spaces = try await Load.test(
                SharedData.path + "/easy-spaces/Plan2.json", skipsMissing: true, in: session)
            #expect(spaces.map(\.tally.loaded) == [12, 12, 11, 2])
            await #expect(throws: LoadError.self) {
                try await Load.test(SharedData.path + "/easy-spaces/Plan2.json", in: session)
            }
            let rows = try await Load.test(
                SharedData.path + "/easy-spaces/Space_Data.csv",
                mapping: try Mapping(builtIn: "easy-spaces-spaces", given: []), in: session)
            #expect(rows[0].tally.loaded == 132)
            #expect(try await session.count(of: "Space__c WHERE Market__r.Name = 'Burbank - CA'") > 0)
        }
    }

    @Test func `a new column that leads to a missing file alone is left out or refused, never taken for values`()
        async throws
    {
        try await withOrganisation { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            let plan = SharedData.path + "/coral-cloud/data-plan-large.json"
            #expect(try await Load.test(plan, skipsMissing: true, in: session).map(\.tally.loaded) == [992, 10, 2])
            let review = try #require(try await session.schema().object("Guest_Review__c"))
            #expect(review.field("Experience__c") == nil && review.field("Contact__c")?.type == .reference)
        }
        try await withOrganisation { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            let alone = SharedData.path + "/coral-cloud/data-Guest_Review__c.json"
            let error = await #expect(throws: LoadError.self) { try await Load.test(alone, in: session) }
            #expect(error?.description.contains("Column Experience__c: @Experience__cRef") == true)
        }
    }

    @Test func `a reference to a row that was refused refuses the row that has it`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "azukari-\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try """
        {"records": [{"attributes": {"type": "Case", "referenceId": "C1"}, "Subject": "x", "ContactId": "@Nobody"},
                     {"attributes": {"type": "Case", "referenceId": "C2"}, "Subject": "y"}]}
        """.write(toFile: path, atomically: true, encoding: .utf8)
        try await withOrganisation { engine, _ in
            let session = engine.systemSession(as: .operator, reason: "test")
            let tally = try await Load.test(path, in: session)[0].tally
            #expect(tally.loaded == 1 && tally.reasons == ["INVALID_CROSS_REFERENCE_KEY": 1])
        }
    }

    @Test func `unknown columns refuse the load by name, before anything is written`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "Contact-\(UUID()).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "LastNam,Nope\nA,B\n".write(toFile: path, atomically: true, encoding: .utf8)
        try await withOrganisation { engine, _ async throws in
            let session = engine.systemSession(as: .operator, reason: "test")
            let error = await #expect(throws: LoadError.self) { try await Load.test(path, in: session) }
            #expect(
                error?.description.contains("Column LastNam: Contact has no field LastNam. Did you mean LastName?")
                    == true)
            #expect(error?.description.contains("Column Nope") == true)
            #expect(try await session.count(of: "Contact") == 0)
        }
    }
}
