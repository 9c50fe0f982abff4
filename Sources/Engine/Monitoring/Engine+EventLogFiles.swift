import Foundation
import Glibc
import Records
import Store
import Synchronization

extension Engine {
    /// Days that event log files are kept, where nobody says otherwise.
    public static let eventDays = 30

    /// Keeps event log files for so many days; 0: takes no events down from now on.
    public func keepEvents(days: Int) { events.days.store(days, ordering: .relaxed) }

    /// Whether events are taken down.
    public var keepsEvents: Bool { events.days.load(ordering: .relaxed) > 0 }

    /// Takes an event down. Nobody waits for it; within a second it is on the disk.
    public func record(_ event: MonitoredEvent) { if keepsEvents { events.append(event) } }

    /// Makes `EventLogFile` records of the events of hours and days that are over, and removes those whose time is over.
    ///
    /// A file is read piece by piece, each piece in a transaction of its own that also says how far it got: a crash repeats and loses
    /// nothing.
    public func closeEvents() async throws {
        events.endFile()
        for name in try folder.eventFiles() {
            guard let hour = EventFile.hour(of: name), hour < environment.now().hour else { continue }
            try await take(name, of: hour)
        }
        try await EventDays(engine: self).close()
        let limit = environment.now().adding(seconds: -Int64(events.days.load(ordering: .relaxed)) * 86_400)
        // It is asked each minute: a look, and a write only when something is over.
        let isOver = try await store.read { connection in
            try connection.first("SELECT 1 FROM \"EventLogFile\" WHERE \"CreatedDate\" < \(.datetime(limit)) LIMIT 1") {
                _ in true
            }
        }
        guard isOver == true else { return }
        try await store.write { connection in
            try connection.execute("DELETE FROM \"EventLogFile\" WHERE \"CreatedDate\" < \(.datetime(limit))")
            try connection.execute("DELETE FROM az_event_tally WHERE hour < \(.datetime(limit))")
        }
    }

    /// So much of a file becomes a record of each kind at most: what fits well into memory and into a row.
    private static let pieceBytes = 8 << 20

    private func take(_ name: String, of hour: Instant) async throws {
        let path = "\(folder.events)/\(name)"
        let lock = try FileLock(path: path)
        // Its process still writes; or another reads it.
        guard lock.take(.alone), lock.isAt(path) else { return }
        defer { lock.release() }
        let bytes = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        var place =
            try await store.read { connection in
                try connection.first("SELECT taken FROM az_event_file WHERE name = \(.text(name))") { Int($0.int64(0)) }
            } ?? 0
        let isEnded = bytes.suffix(EventFile.end.count).elementsEqual(EventFile.end)
        while place < bytes.count {
            let piece = bytes[place..<min(place + Self.pieceBytes, bytes.count)]
            // A line that was cut off by a crash is no event.
            let end = piece.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? piece.endIndex
            let isLast = end >= bytes.count || piece.endIndex == bytes.count
            let lines = EventLines(bytes[place..<end], gapAfter: isLast && !isEnded ? hour : nil, self)
            let next = isLast ? bytes.count : end
            try await store.write { [environment] connection in
                for (kind, text, count, failed) in lines.byKind {
                    try EventLogRow.insert(kind, .hourly, hour, text: text, at: environment.now(), connection)
                    try EventTally(kind: kind, begin: hour, events: count, failed: failed).add(on: connection)
                }
                try connection.execute(
                    """
                    INSERT INTO az_event_file (name, taken) VALUES (\(.text(name)), \(.integer(Int64(next)))) \
                    ON CONFLICT (name) DO UPDATE SET taken = \(.integer(Int64(next)))
                    """
                )
            }
            place = next
        }
        unlink(path)
        try await store.write { connection in
            try connection.execute("DELETE FROM az_event_file WHERE name = \(.text(name))")
        }
    }
}

/// Lines of events, apart by kind.
private struct EventLines {
    private(set) var byKind: [(kind: MonitoredEvent.Kind, text: [UInt8], count: Int, failed: Int)] = []

    /// - Parameter gapAfter: The hour, when its process has not ended the file itself.
    init(_ bytes: Data, gapAfter hour: Instant?, _ engine: Engine) {
        var texts: [MonitoredEvent.Kind: [UInt8]] = [:]
        var counts: [MonitoredEvent.Kind: (all: Int, failed: Int)] = [:]
        var begin = bytes.startIndex
        while let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[begin...end]
            if let kind = EventText.kind(of: line) {
                texts[kind, default: []] += line
                counts[kind, default: (0, 0)].all += 1
                if EventText.tellsOfFailure(line, kind) { counts[kind, default: (0, 0)].failed += 1 }
            }
            begin = end + 1
        }
        if let hour {
            var gap = MonitoredEvent(.gap, at: hour.adding(seconds: 3_599))
            gap.message =
                "A process ended in this hour without closing its log: events of its last second may be missing."
            texts[.gap, default: []] += engine.events.lines([gap])
            counts[.gap, default: (0, 0)].all += 1
        }
        byKind = texts.map { ($0.key, $0.value, counts[$0.key]?.all ?? 0, counts[$0.key]?.failed ?? 0) }.sorted {
            $0.kind.rawValue < $1.kind.rawValue
        }
    }
}

/// A record of `EventLogFile`.
enum EventLogRow {
    enum Interval: String { case hourly = "Hourly", daily = "Daily" }

    /// - Parameter text: The lines, without the header.
    static func insert(
        _ kind: MonitoredEvent.Kind, _ interval: Interval, _ date: Instant, text: [UInt8], at now: Instant,
        _ connection: any Connection
    ) throws {
        let file = EventText.header(of: kind) + text
        let sequence = try Sequences.reserve(1, of: "EventLogFile", connection)
        let id = RecordID(prefix: prefix, sequence: sequence)
        let last =
            try connection.first(
                """
                SELECT max("Sequence") FROM "EventLogFile" WHERE "EventType" = \(.text(kind.rawValue)) \
                AND "Interval" = \(.text(interval.rawValue)) AND "LogDate" = \(.datetime(date))
                """
            ) { $0.isNull(0) ? nil : $0.int64(0) } ?? nil
        // The platform counts hourly files from 1, and knows one daily one.
        let number = last.map { $0 + 1 } ?? (interval == .hourly ? 1 : 0)
        let names = kind.columns.map(\.rawValue).joined(separator: ",")
        let types = kind.columns.map(\.type).joined(separator: ",")
        let user = SystemUser.jobs.id
        try connection.execute(
            """
            INSERT INTO "EventLogFile" ("Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", \
            "LastModifiedById", "SystemModstamp", "ApiVersion", "EventType", "Interval", "LogDate", "LogFile", \
            "LogFileContentType", "LogFileFieldNames", "LogFileFieldTypes", "LogFileLength", "Sequence") VALUES \
            (\(.id(id)), \(.integer(0)), \(.datetime(now)), \(.id(user)), \(.datetime(now)), \(.id(user)), \
            \(.datetime(now)), \(.double(59)), \(.text(kind.rawValue)), \(.text(interval.rawValue)), \
            \(.datetime(date)), \(.bytes(file)), \(.text("text/csv")), \(.text(names)), \(.text(types)), \
            \(.double(Double(file.count))), \(.integer(number)))
            """
        )
    }

    private static let prefix: KeyPrefix = {
        guard let prefix = KeyPrefix("0AT") else { preconditionFailure("a key prefix has three letters or digits") }
        return prefix
    }()
}

/// The hours of days that are over, put together.
private struct EventDays {
    let engine: Engine
    /// What fits well into memory and into a row.
    private static let fileBytes = 32 << 20

    init(engine: Engine) { self.engine = engine }

    func close() async throws {
        let today = Instant(startOf: engine.environment.now().day)
        // A file that lies there may yet have something of the day.
        let unread = try engine.folder.eventFiles().compactMap(EventFile.hour).min() ?? today
        let limit = min(today, Instant(startOf: unread.day))
        let open = try await engine.store.read { connection in
            try connection.all(
                """
                SELECT h."EventType", h."LogDate" FROM "EventLogFile" h WHERE h."Interval" = 'Hourly' \
                AND h."LogDate" < \(.datetime(limit)) AND NOT EXISTS (SELECT 1 FROM "EventLogFile" d \
                WHERE d."Interval" = 'Daily' AND d."EventType" = h."EventType" AND d."LogDate" <= h."LogDate" \
                AND d."LogDate" > h."LogDate" - 86400000)
                """
            ) { (kind: $0.string(0), day: Instant(startOf: Instant(milliseconds: $0.int64(1)).day)) }
        }
        for (kind, days) in Dictionary(grouping: open, by: \.kind) {
            guard let kind = MonitoredEvent.Kind(rawValue: kind) else { continue }
            for day in Set(days.map(\.day)).sorted() { try await close(day, kind) }
        }
    }

    private func close(_ day: Instant, _ kind: MonitoredEvent.Kind) async throws {
        let header = EventText.header(of: kind).count
        try await engine.store.write { [engine] connection in
            let hours = try connection.all(
                """
                SELECT "Id" FROM "EventLogFile" WHERE "Interval" = 'Hourly' AND "EventType" = \(.text(kind.rawValue)) \
                AND "LogDate" >= \(.datetime(day)) AND "LogDate" < \(.datetime(day.adding(seconds: 86_400))) \
                ORDER BY "LogDate", "Sequence"
                """
            ) { $0.int64(0) }
            var text: [UInt8] = []
            for (place, hour) in hours.enumerated() {
                try connection.rows("SELECT \"LogFile\" FROM \"EventLogFile\" WHERE \"Id\" = \(.integer(hour))") {
                    row in
                    row.withBytes(0) { text += $0.dropFirst(header) }
                    return true
                }
                guard text.count >= Self.fileBytes || place == hours.count - 1 else { continue }
                try EventLogRow.insert(kind, .daily, day, text: text, at: engine.environment.now(), connection)
                text = []
            }
        }
    }
}

extension OrganisationFolder {
    /// The names of the files of events that are not yet records.
    func eventFiles() throws -> [String] {
        guard FileManager.default.fileExists(atPath: events) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: events).sorted()
    }
}
