import Foundation
import Records
import Testing

@testable import Privacy

struct ClockTests {
    @Test(arguments: [
        ("2026-03-06", "2026-04-06", "the same date of the next month"),
        ("2026-08-31", "2026-09-30", "no such date: the month's last"),
        ("2026-01-30", "2026-03-02", "28 February is a Saturday"),
        ("2028-01-31", "2028-02-29", "a leap year"),
        ("2026-09-03", "2026-10-05", "3 October is a Saturday"),
    ])
    func `an answer under GDPR is due after one month`(received: String, due: String, why: String) throws {
        let clock = try Regulation.named("gdpr").clock(for: "erasure")
        #expect(try clock.due(received: #require(Day(received))) == Day(due), "\(why)")
    }

    @Test func `an extension ends three months after the receipt`() throws {
        let clock = try Regulation.named("gdpr").clock(for: "access")
        #expect(try clock.extendedDue(received: #require(Day("2026-02-10"))) == Day("2026-05-11"))
        #expect(clock.source.contains("12(3)"))
    }

    @Test func `an unknown regulation and an unknown right are named`() throws {
        #expect(throws: PlatformError(.invalidOperation, "")) { try Regulation.named("../gdpr") }
        #expect(throws: PlatformError(.invalidOperation, "")) { try Regulation.named("gdpr").clock(for: "tea") }
    }

    @Test func `a broken law file is refused with the place`() {
        let json = Data(#"{"regulation":"x","version":"1","clocks":[{"rights":["access"]}],"refusals":[]}"#.utf8)
        let error = #expect(throws: PlatformError.self) { try Regulation(json: json, name: "x.json") }
        #expect(error?.message.contains("clocks") == true)
    }
}

struct RequestStatusTests {
    @Test(arguments: RequestKind.allCases)
    func `a request goes its way, and no other`(kind: RequestKind) throws {
        var status = RequestStatus.received
        for act in [RequestStatus.Act.verify, .approve, .carryOut] { status = try status.after(act, of: kind) }
        for act in kind == .restriction ? [RequestStatus.Act.announce, .lift] : [.close] {
            status = try status.after(act, of: kind)
        }
        #expect(status.isFinal)
        #expect(status.acts(for: kind).isEmpty)
    }

    @Test func `what is not approved is not carried out`() {
        for status in [RequestStatus.received, .verified, .refused, .closed] {
            #expect(throws: PlatformError(.invalidOperation, "")) { try status.after(.carryOut, of: .erasure) }
        }
    }
}
