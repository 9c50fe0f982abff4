/// A moment, as milliseconds since 1970-01-01T00:00:00Z.
public struct Instant: Hashable, Comparable, Sendable {
    /// Negative before 1970.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The first moment of a day in UTC.
    public init(startOf day: Day) { milliseconds = Int64(day.daysSince1970) * 86_400_000 }

    /// The day in UTC.
    public var day: Day {
        Day(
            daysSince1970: Int(milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000)
        )
    }

    /// The time of the day in UTC.
    public var timeOfDay: TimeOfDay {
        TimeOfDay(milliseconds: Int(milliseconds - Int64(day.daysSince1970) * 86_400_000))
    }

    public func adding(milliseconds more: Int64) -> Instant { Instant(milliseconds: milliseconds + more) }
    public func adding(seconds: Int64) -> Instant { Instant(milliseconds: milliseconds + seconds * 1000) }

    public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
}

extension Instant: CustomStringConvertible {
    /// `2026-11-23T09:30:00.000Z`.
    public var description: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            if let start = buffer.baseAddress { write(to: start) }
            buffer[23] = 90
            return 24
        }
    }

    /// Writes 23 bytes, `2026-11-23T09:30:00.000`, in UTC and without a zone: REST appends `+0000`, CSV and SOAP `Z`.
    public func write(to out: UnsafeMutablePointer<UInt8>) {
        day.write(to: out)
        out[10] = 84
        timeOfDay.write(to: out + 11)
    }

    /// Reads ISO 8601: a day, `T`, hours and minutes, with or without seconds and a fraction, then `Z`, `+09:00`,
    /// `+0900` or, as a query string leaves a bare plus, ` 09:00`. Nil for anything else, and without a zone.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let instant = text.withUTF8({ Instant(utf8: $0) }) else { return nil }
        self = instant
    }

    /// The same for a text where it lies.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        var reader = DigitReader(text)
        guard let day = reader.day(), reader.skip("T") || reader.skip("t") || reader.skip(" ") else { return nil }
        guard let time = reader.timeOfDay(), let offsetMinutes = reader.zone(), reader.isAtEnd else { return nil }
        milliseconds = Int64(day.daysSince1970) * 86_400_000 + Int64(time.milliseconds) - Int64(offsetMinutes) * 60_000
    }
}

/// A time of the day, as milliseconds since midnight.
public struct TimeOfDay: Hashable, Comparable, Sendable {
    /// 0 ..< 86,400,000.
    public let milliseconds: Int

    public init(milliseconds: Int) { self.milliseconds = milliseconds }

    public static func < (a: TimeOfDay, b: TimeOfDay) -> Bool { a.milliseconds < b.milliseconds }
}

extension TimeOfDay: CustomStringConvertible {
    /// `09:30:00.000Z`, as the platform writes times.
    public var description: String {
        String(unsafeUninitializedCapacity: 13) { buffer in
            if let start = buffer.baseAddress { write(to: start) }
            buffer[12] = 90
            return 13
        }
    }

    /// Writes twelve bytes, `09:30:00.000`.
    public func write(to out: UnsafeMutablePointer<UInt8>) {
        let seconds = milliseconds / 1000
        Digits.write2(seconds / 3600, to: out)
        out[2] = 58
        Digits.write2(seconds / 60 % 60, to: out + 3)
        out[5] = 58
        Digits.write2(seconds % 60, to: out + 6)
        out[8] = 46
        let fraction = milliseconds % 1000
        out[9] = UInt8(48 + fraction / 100)
        Digits.write2(fraction % 100, to: out + 10)
    }

    /// Reads `09:30`, `09:30:00` or `09:30:00.000`, each with or without `Z`.
    public init?(_ text: some StringProtocol) {
        var text = String(text)
        guard let time = text.withUTF8({ TimeOfDay(utf8: $0) }) else { return nil }
        self = time
    }

    private init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        var reader = DigitReader(text)
        guard let time = reader.timeOfDay() else { return nil }
        _ = reader.skip("Z")
        guard reader.isAtEnd else { return nil }
        self = time
    }
}
