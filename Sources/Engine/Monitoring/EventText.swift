import Records
import SOQL

/// Events as lines of CSV, every value between quotes and none with a line break in it.
struct EventText {
    let organisation: RecordID

    static func header(of kind: MonitoredEvent.Kind) -> [UInt8] {
        Array((kind.columns.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "\n").utf8)
    }

    func append(_ event: MonitoredEvent, to out: inout [UInt8]) {
        var isFirst = true
        for column in event.kind.columns {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            out.append(UInt8(ascii: "\""))
            for byte in value(column, of: event).utf8 {
                switch byte {
                case UInt8(ascii: "\""): out += [byte, byte]
                case 0..<0x20: out.append(UInt8(ascii: " "))
                default: out.append(byte)
                }
            }
            out.append(UInt8(ascii: "\""))
        }
        out.append(UInt8(ascii: "\n"))
    }

    /// The kind of a line that ``append(_:to:)`` made; nil for one that was cut off.
    static func kind(of line: some Sequence<UInt8>) -> MonitoredEvent.Kind? {
        let text = line.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
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

    /// A value of a line as it stands there, quotes within it doubled.
    private static func value(at place: Int, of line: some Sequence<UInt8>) -> [UInt8] {
        var (column, isInside) = (0, false)
        var value: [UInt8] = []
        for byte in line {
            switch byte {
            case UInt8(ascii: "\""): isInside.toggle()
            case UInt8(ascii: ",") where !isInside:
                if column == place { return value }
                column += 1
            default: if column == place { value.append(byte) }
            }
        }
        return value
    }

    private func value(_ column: EventColumn, of event: MonitoredEvent) -> String {
        switch column {
        case .eventType: event.kind.rawValue
        case .timestamp: event.at.description.prefix(23).filter(\.isWholeNumber).inserting(".", at: 14)
        case .requestID: event.requestID
        case .organizationID: organisation.text15
        case .userID: event.user?.text15 ?? ""
        case .runTime: String(event.milliseconds)
        case .uri: event.path
        case .method, .methodName: event.method
        case .statusCode: String(event.status)
        case .apiVersion: Self.version(in: event.path)
        case .userAgent: String(event.userAgent.prefix(200))
        case .entityName, .entityType: event.object
        case .rowsProcessed: String(event.rows)
        case .query: String(QueryShape.of(event.query).prefix(2_000))
        case .requestSize: String(event.requestBytes)
        case .responseSize: String(event.responseBytes)
        case .jobID: event.job?.text15 ?? ""
        case .batchID: event.batch?.text15 ?? ""
        case .operationType: event.operation
        case .numberFailures: String(event.failures)
        case .success: event.outcome
        case .message: event.message
        case .loginStatus: event.outcome
        case .timestampDerived: event.at.description.prefix(23) + "Z"
        case .userIDDerived: event.user?.description ?? ""
        case .clientIP: event.clientIP
        case .application: event.application
        case .purpose: event.purpose
        }
    }

    /// `59.0` of `/services/data/v59.0/…` and of `/services/Soap/u/59.0`.
    private static func version(in path: String) -> String {
        let part = path.split(separator: "/").first { part in
            let number = part.hasPrefix("v") ? part.dropFirst() : part
            return number.hasSuffix(".0") && number.dropLast(2).allSatisfy(\.isWholeNumber)
        }
        return part.map { $0.hasPrefix("v") ? String($0.dropFirst()) : String($0) } ?? ""
    }
}

extension String {
    /// `20261128173300.123`
    fileprivate func inserting(_ text: String, at place: Int) -> String { prefix(place) + text + dropFirst(place) }
}
