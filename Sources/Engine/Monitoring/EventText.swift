import Records
import SOQL

/// Events as lines of CSV, every value between quotes and none with a line break in it. As many lines as there are requests: bytes are
/// written where they belong, and what lines have in common is made once.
struct EventText {
    private(set) var bytes: [UInt8] = []
    private let organisation: [UInt8]
    /// Those of the last line: the next has them again, more often than not.
    private var time: (instant: Instant, compact: [UInt8], iso: [UInt8])?
    private var user: (id: RecordID, short: [UInt8], long: [UInt8])?

    private static let quote = UInt8(ascii: "\"")

    init(organisation: RecordID) { self.organisation = Array(organisation.text15.utf8) }

    static func header(of kind: MonitoredEvent.Kind) -> [UInt8] {
        Array((kind.columns.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "\n").utf8)
    }

    mutating func append(_ event: MonitoredEvent) {
        if time?.instant != event.at { time = Self.time(event.at) }
        if let id = event.user, user?.id != id { user = (id, Array(id.text15.utf8), Array(id.description.utf8)) }
        var isFirst = true
        for column in event.kind.columns {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            bytes.append(Self.quote)
            append(column, of: event)
            bytes.append(Self.quote)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ column: EventColumn, of event: MonitoredEvent) {
        switch column {
        case .eventType: append(event.kind.rawValue)
        case .timestamp: if let time { bytes += time.compact }
        case .timestampDerived: if let time { bytes += time.iso }
        case .requestID: append(event.requestID)
        case .organizationID: bytes += organisation
        case .userID: if event.user != nil, let user { bytes += user.short }
        case .userIDDerived: if event.user != nil, let user { bytes += user.long }
        case .runTime: append(event.milliseconds)
        case .uri: EventPath.append(event.path, to: &bytes)
        case .method, .methodName: append(event.method)
        case .statusCode: append(Int64(event.status))
        case .apiVersion: EventPath.appendVersion(in: event.path, to: &bytes)
        case .userAgent: append(event.userAgent, upTo: 200)
        case .entityName, .entityType: append(event.object)
        case .rowsProcessed: append(Int64(event.rows))
        case .query: if !event.query.isEmpty { append(QueryShape.of(event.query), upTo: 2_000) }
        case .requestSize: append(event.requestBytes)
        case .responseSize: append(event.responseBytes)
        case .jobID: if let job = event.job { append(job.text15) }
        case .batchID: if let batch = event.batch { append(batch.text15) }
        case .operationType: append(event.operation)
        case .numberFailures: append(Int64(event.failures))
        case .success, .loginStatus: append(event.outcome)
        case .message: append(event.message)
        case .clientIP: append(event.clientIP)
        case .application: append(event.application)
        case .purpose: append(event.purpose)
        }
    }

    private mutating func append(_ number: Int64) {
        if number >= 0, number < 10 { return bytes.append(UInt8(ascii: "0") + UInt8(number)) }
        append(String(number))
    }

    /// - Parameter limit: Bytes, beyond which a text is cut off before a character.
    private mutating func append(_ text: String, upTo limit: Int = 4_000) {
        var text = text
        text.withUTF8 { utf8 in
            var end = min(utf8.count, limit)
            while end < utf8.count, end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
            Self.append(utf8[..<end], to: &bytes)
        }
    }

    /// With quotes doubled, and spaces for line breaks and the like.
    static func append(_ text: Slice<UnsafeBufferPointer<UInt8>>, to bytes: inout [UInt8]) {
        if text.allSatisfy({ $0 >= 0x20 && $0 != quote }) { return bytes.append(contentsOf: text) }
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte < 0x20 ? 0x20 : byte)
        }
    }

    /// `20261128173300.123` and `2026-11-28T17:33:00.123Z`
    private static func time(_ instant: Instant) -> (instant: Instant, compact: [UInt8], iso: [UInt8]) {
        let text = Array(instant.description.utf8.prefix(23))
        let digits = text.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        return (instant, digits.prefix(14) + [UInt8(ascii: ".")] + digits.dropFirst(14), text + [UInt8(ascii: "Z")])
    }
}

extension EventText {
    /// The kind of a line; nil for one that is none.
    static func kind(of line: some Sequence<UInt8>) -> MonitoredEvent.Kind? {
        let text = line.dropFirst().prefix { $0 != quote }
        return MonitoredEvent.Kind(rawValue: String(decoding: Array(text), as: UTF8.self))
    }

    /// Whether a line tells of something that was refused or went wrong.
    static func tellsOfFailure(_ line: some Sequence<UInt8>, _ kind: MonitoredEvent.Kind) -> Bool {
        let columns = kind.columns
        if let place = columns.firstIndex(of: .statusCode) {
            guard let digit = value(at: place, of: line).first else { return false }
            return digit == UInt8(ascii: "4") || digit == UInt8(ascii: "5")
        }
        if let place = columns.firstIndex(of: .loginStatus) {
            return !value(at: place, of: line).elementsEqual("LOGIN_NO_ERROR".utf8)
        }
        if let place = columns.firstIndex(of: .success) {
            return !value(at: place, of: line).elementsEqual("true".utf8)
        }
        return false
    }

    /// A value of a line as it stands there, without quotes.
    private static func value(at place: Int, of line: some Sequence<UInt8>) -> [UInt8] {
        var (column, isInside) = (0, false)
        var value: [UInt8] = []
        for byte in line {
            switch byte {
            case quote: isInside.toggle()
            case UInt8(ascii: ",") where !isInside:
                if column == place { return value }
                column += 1
            default: if column == place { value.append(byte) }
            }
        }
        return value
    }
}
