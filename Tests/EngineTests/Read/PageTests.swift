import AzukariTesting
import Records
import Store
import Testing

@testable import Engine

struct PageTests {
    private func fill(_ fixture: QueryFixture, accounts: Int) async throws {
        for number in 1...accounts {
            try await fixture.insert("Account", Int64(number), ["Name": .text("A\(number % 7)")])
        }
    }

    @Test func `pages together are the whole result in its order`() async throws {
        let fixture = try await QueryFixture()
        try await fill(fixture, accounts: 45)
        let soql = "SELECT Id, Name FROM Account ORDER BY Name DESC"
        let all = try await fixture.session.query(soql).map(\.line)
        var page = try await fixture.session.page(soql, size: 20)
        var read = page.records.map(\.line)
        #expect(page.totalSize == 45 && page.records.count == 20)
        while let locator = page.locator {
            #expect(locator.hasPrefix("01g") && locator.hasSuffix("-\(read.count)"))
            page = try await fixture.session.page(at: locator, size: 20)
            #expect(page.totalSize == 45)
            read += page.records.map(\.line)
        }
        #expect(read == all)
    }

    @Test func `rows that came or went meanwhile do not shift the pages`() async throws {
        let fixture = try await QueryFixture()
        try await fill(fixture, accounts: 30)
        let first = try await fixture.session.page("SELECT Id FROM Account ORDER BY Id DESC", size: 10)
        try await fixture.insert("Account", 99, ["Name": "late"])
        try await fixture.engine.store.write { connection in
            try connection.execute(
                "UPDATE \"Account\" SET \"IsDeleted\" = 1 WHERE \"Id\" = \(.id(QueryFixture.id("001", 15)))")
        }
        let second = try await fixture.session.page(at: try #require(first.locator), size: 10)
        #expect(second.records.map { $0.id?.sequence } == [20, 19, 18, 17, 16, 14, 13, 12, 11])
        #expect(second.totalSize == 30)
    }

    @Test func `what changes while a query for changes is read belongs to the next one`() async throws {
        let clock = TestClock()
        try await Writing.withSession(clock: clock) { session, _ in
            var ids: [RecordID] = []
            for n in 0..<6 { ids.append(try await session.make("Account", ["Name": .text("A\(n)")])) }
            let since =
                "SELECT Id FROM Account WHERE SystemModstamp >= 2000-01-01T00:00:00Z ORDER BY SystemModstamp, Id"
            let first = try await session.page(since, size: 2)
            let other = try await session.page("SELECT Id FROM Account ORDER BY Id", size: 2)
            clock.advance(seconds: 5)
            _ = try await session.update(Batch("Account", ["Id": .id(ids[3]), "Site": "S"]), onFailure: .rollbackAll)
            let rest = try await session.page(at: try #require(first.locator), size: 10)
            #expect(rest.records.compactMap(\.id) == [ids[2], ids[4], ids[5]])
            #expect(rest.totalSize == 6 && rest.locator == nil)
            let all = try await session.page(at: try #require(other.locator), size: 10)
            #expect(all.records.compactMap(\.id) == [ids[2], ids[3], ids[4], ids[5]])
        }
    }

    @Test func `any offset within the result may be asked`() async throws {
        let fixture = try await QueryFixture()
        try await fill(fixture, accounts: 10)
        let first = try await fixture.session.page("SELECT Id FROM Account ORDER BY Id", size: 2)
        let cursor = try #require(first.locator).split(separator: "-")[0]
        #expect(try await fixture.session.page(at: "\(cursor)-7", size: 2).records.map { $0.id?.sequence } == [8, 9])
        #expect(try await fixture.session.page(at: "\(cursor)", size: 1).records.map { $0.id?.sequence } == [1])
        #expect(try await fixture.session.page(at: "\(cursor)-10", size: 2).records.isEmpty)
    }

    @Test(arguments: ["nonsense", "01g000000000001AAA-5", "003000000000001AAA-5", "-1", ""])
    func `a locator that is nobody's is refused`(locator: String) async throws {
        let fixture = try await QueryFixture()
        await #expect(throws: PlatformError(.invalidQueryLocator, "")) {
            try await fixture.session.page(at: locator, size: 10)
        }
    }

    @Test func `another user's locator is refused`() async throws {
        let fixture = try await QueryFixture()
        try await fill(fixture, accounts: 5)
        let page = try await fixture.session.page("SELECT Id FROM Account", size: 2)
        let other = try await fixture.user(7, profile: FirstRows.administrator)
        await #expect(throws: PlatformError(.invalidQueryLocator, "")) {
            try await other.page(at: try #require(page.locator), size: 2)
        }
    }

    @Test func `a count has a size and no rows`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let page = try await fixture.session.page("SELECT COUNT() FROM Contact WHERE FirstName != null", size: 10)
        #expect(page.totalSize == 4 && page.records.isEmpty && page.locator == nil)
        let groups = try await fixture.session.page("SELECT Status, COUNT(Id) FROM Case GROUP BY Status", size: 2)
        #expect(groups.totalSize == 3 && groups.records.count == 3 && groups.locator == nil)
    }

    @Test func `children come with every page`() async throws {
        let fixture = try await QueryFixture()
        try await fixture.fill()
        let soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY Id) FROM Account ORDER BY Id"
        let first = try await fixture.session.page(soql, size: 2)
        let second = try await fixture.session.page(at: try #require(first.locator), size: 2)
        #expect(first.records.map { $0.children("Contacts").count } == [2, 1])
        #expect(second.records.map(\.line) == ["Name=佐藤商店 Contacts=1[LastName=鈴木]"])
    }
}
