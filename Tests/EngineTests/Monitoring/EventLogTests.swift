import AzukariTesting
import Foundation
import Records
import Store
import Testing

@testable import Engine

@Suite struct `The event log` {
    private static func event(_ kind: MonitoredEvent.Kind, at clock: TestClock, rows: Int = 1) -> MonitoredEvent {
        var event = MonitoredEvent(kind, at: clock.now)
        event.requestID = "r-\(rows)"
        event.object = "Contact"
        event.rows = rows
        return event
    }

    /// Files of events, in the order in which they were made.
    private static func files(_ engine: Engine, _ condition: String = "") async throws -> [Record] {
        try await engine.systemSession(as: .operator, reason: "test").query(
            """
            SELECT EventType, Interval, LogDate, Sequence, LogFile, LogFileLength, LogFileFieldNames, LogFileFieldTypes \
            FROM EventLogFile \(condition) ORDER BY LogDate, EventType, Interval, Sequence
            """)
    }

    private static func text(_ file: Record) -> String {
        guard case .bytes(let bytes) = file["LogFile"] else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `becomes a file of each kind when its hour is over, and one of the day when that is`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            engine.record(Self.event(.restAPI, at: clock, rows: 3))
            engine.record(Self.event(.login, at: clock))
            try await engine.closeEvents()
            #expect(try await Self.files(engine).isEmpty, "the hour is not over")
            clock.advance(seconds: 3_600)
            engine.record(Self.event(.restAPI, at: clock, rows: 4))
            try await engine.closeEvents()
            var files = try await Self.files(engine)
            #expect(files.map { $0["EventType"].text } == ["Login", "RestApi"])
            #expect(files.allSatisfy { $0["LogDate"] == .datetime(Instant("2026-11-23T09:00:00Z")!) })
            let lines = Self.text(files[1]).split(separator: "\n").map(String.init)
            #expect(lines.count == 2)
            #expect(
                lines[0].replacing("\"", with: "") == files[1]["LogFileFieldNames"].text,
                "the header is what the record tells of it")
            #expect(lines[0].hasPrefix("\"EVENT_TYPE\",\"TIMESTAMP\",\"REQUEST_ID\",\"ORGANIZATION_ID\",\"USER_ID\""))
            #expect(lines[1].hasPrefix("\"RestApi\",\"20261123090000.000\",\"r-3\""))
            #expect(lines[1].contains("\"2026-11-23T09:00:00.000Z\""))
            #expect(files[1]["LogFileLength"] == .double(Double(Self.text(files[1]).utf8.count)))
            #expect(
                files[1]["LogFileFieldTypes"].text?.split(separator: ",").count
                    == files[1]["LogFileFieldNames"].text?.split(separator: ",").count)

            // Nothing is told twice.
            try await engine.closeEvents()
            #expect(try await Self.files(engine).count == 2)
            clock.advance(days: 1)
            try await engine.closeEvents()
            files = try await Self.files(engine, "WHERE Interval = 'Daily'")
            #expect(files.map { $0["EventType"].text } == ["Login", "RestApi"])
            #expect(files.allSatisfy { $0["LogDate"] == .datetime(Instant("2026-11-23T00:00:00Z")!) })
            let day = Self.text(files[1]).split(separator: "\n")
            #expect(day.count == 3)
            #expect(day[1].contains("\"r-3\"") && day[2].contains("\"r-4\""))
            try await engine.closeEvents()
            #expect(try await Self.files(engine, "WHERE Interval = 'Daily'").count == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/events").isEmpty)

            clock.advance(days: 31)
            try await engine.closeEvents()
            #expect(try await Self.files(engine).isEmpty, "their days are over")
        }
    }

    @Test func `tells where a process was killed, and drops half a line`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            let bytes = engine.events.lines((1...2).map { Self.event(.page, at: clock, rows: $0) })
            try FileManager.default.createDirectory(
                atPath: folder + "/events", withIntermediateDirectories: true)
            let path = folder + "/events/2026112309-killed.csv"
            try Data(bytes.dropLast(20)).write(to: URL(filePath: path))
            clock.advance(seconds: 3_600)
            try await engine.closeEvents()
            let files = try await Self.files(engine)
            #expect(files.map { $0["EventType"].text } == ["LogGap", "URI"])
            #expect(Self.text(files[0]).contains("events of its last second may be missing"))
            #expect(Self.text(files[1]).contains("\"r-1\"") && !Self.text(files[1]).contains("\"r-2\""))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `leaves the file of another process alone until that has ended, and goes on where a crash cut it off`()
        async throws
    {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            let bytes = engine.events.lines((1...2).map { Self.event(.page, at: clock, rows: $0) })
            let taken = bytes.count / 2
            let other = try EventFile(folder: folder + "/events", hour: clock.now.hour, name: "other")
            try other.write(bytes)
            clock.advance(seconds: 3_600)
            try await engine.closeEvents()
            #expect(try await Self.files(engine).isEmpty)
            other.end()
            // As if another had read the first line, and died.
            try await engine.store.write { connection in
                try connection.execute(
                    """
                    INSERT INTO az_event_file (name, taken) VALUES ('2026112309-other.csv', \
                    \(.integer(Int64(taken))))
                    """)
            }
            try await engine.closeEvents()
            let files = try await Self.files(engine)
            #expect(files.count == 1)
            #expect(!Self.text(files[0]).contains("\"r-1\"") && Self.text(files[0]).contains("\"r-2\""))
        }
    }

    @Test func `keeps what the disk does not take, and writes it when it does`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            try? FileManager.default.removeItem(atPath: folder + "/events")
            try Data().write(to: URL(filePath: folder + "/events"))
            for row in 1...3 { engine.record(Self.event(.page, at: clock, rows: row)) }
            engine.events.flush()
            try FileManager.default.removeItem(atPath: folder + "/events")
            engine.record(Self.event(.page, at: clock, rows: 4))
            clock.advance(seconds: 3_600)
            try await engine.closeEvents()
            let lines = Self.text(try #require(try await Self.files(engine).first)).split(separator: "\n")
            #expect(lines.count == 5)
            #expect(lines[1].contains("\"r-1\"") && lines[4].contains("\"r-4\""))
        }
    }

    @Test func `counts what finds no room, and says so`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            let log = EventLog(
                folder: folder + "/events", organisation: engine.organisation.id, environment: clock.environment,
                waitingMax: 10)
            try? FileManager.default.removeItem(atPath: folder + "/events")
            try Data().write(to: URL(filePath: folder + "/events"))
            for row in 1...17 { log.append(Self.event(.login, at: clock, rows: row)) }
            log.flush()
            try FileManager.default.removeItem(atPath: folder + "/events")
            log.endFile(all: true)
            clock.advance(seconds: 3_600)
            try await engine.closeEvents()
            let files = try await Self.files(engine)
            #expect(files.map { $0["EventType"].text } == ["LogGap", "Login"])
            #expect(Self.text(files[0]).contains("7 events found no room"))
            #expect(Self.text(files[1]).split(separator: "\n").count == 11)
        }
    }

    @Test func `of a busy hour becomes several files that fit into memory, and loses no line`() async throws {
        let clock = TestClock()
        try await withOrganisation(clock: clock) { engine, folder in
            let lines = engine.events.lines([Self.event(.page, at: clock), Self.event(.soapAPI, at: clock)])
            let count = (10 << 20) / lines.count
            var bytes: [UInt8] = []
            for _ in 0..<count { bytes += lines }
            let file = try EventFile(folder: folder + "/events", hour: clock.now.hour, name: "busy")
            try file.write(bytes)
            file.end()
            clock.advance(seconds: 3_600)
            try await engine.closeEvents()
            for kind in ["URI", "API"] {
                let files = try await Self.files(engine, "WHERE EventType = '\(kind)'")
                #expect(files.map { $0["Sequence"] } == [.integer(1), .integer(2)])
                let told = files.reduce(0) { sum, file in
                    guard case .bytes(let bytes) = file["LogFile"] else { return sum }
                    return sum + bytes.count { $0 == UInt8(ascii: "\n") } - 1
                }
                #expect(told == count)
            }
        }
    }

    @Test func `tells no value, breaks no line, and ends in no formula`() throws {
        let clock = TestClock()
        var event = MonitoredEvent(.restAPI, at: clock.now)
        event.query = "SELECT Id FROM Contact WHERE Email = 'a@example.com' AND Birthdate = 1980-01-31 LIMIT 5"
        event.userAgent = "x\"\r\ny\"," + String(repeating: "z", count: 500)
        event.path = "/services/data/v59.0/query"
        var text = EventText(organisation: RecordID(rawValue: 1))
        text.append(event)
        let bytes = text.bytes
        let line = String(decoding: bytes, as: UTF8.self)
        #expect(line.contains("\"SELECT Id FROM Contact WHERE Email = ? AND Birthdate = ? LIMIT ?\""))
        #expect(line.contains("\"59.0\""))
        #expect(line.contains("\"x\"\"  y\"\","))
        #expect(line.filter { $0.isNewline }.count == 1)
        #expect(line.count < 700)
        #expect(EventText.kind(of: bytes) == .restAPI)
    }

    @Test(arguments: [
        ("/people/003000000000001AAA", "/people/003…"),
        (
            "/services/data/v59.0/sobjects/Contact/003000000000001AAA/Cases",
            "/services/data/v59.0/sobjects/Contact/003…/Cases"
        ),
        ("/services/data/v59.0/sobjects/Contact/Ext__c/A/B", "/services/data/v59.0/sobjects/Contact/Ext__c/…"),
        ("/services/data/v59.0/sobjects/Contact/describe", "/services/data/v59.0/sobjects/Contact/describe"),
        ("/services/data/v59.0/consent/action/email/a@example.com", "/services/data/v59.0/consent/action/email/…"),
        ("/services/data/v59.0/query/%E5%B1%B1", "/services/data/v59.0/query/…"),
        ("/import/750000000000001AAA/refused.csv", "/import/750…/refused.csv"), ("/", "/"), ("", ""),
        ("/a//b/", "/a//b/"),
        ("/" + String(repeating: "x", count: 61), "/…"), ("/a\"b", "/a\"\"b"),
    ])
    func `tells a path without ids and values`(path: String, told: String) {
        var bytes: [UInt8] = []
        EventPath.append(path, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == told)
    }

    @Test(arguments: [
        ("/services/data/v59.0/limits", "59.0"), ("/services/Soap/u/60.0", "60.0"), ("/services/data", ""), ("", ""),
        ("/services/async/61.0/job", "61.0"), ("/v.0/vx.0", ""),
    ])
    func `tells the version of a path`(path: String, told: String) {
        var bytes: [UInt8] = []
        EventPath.appendVersion(in: path, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == told)
    }
}
