/// Reads the parts of ISO 8601 texts where they lie.
struct DigitReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard place < bytes.count, UInt32(bytes[place]) == character.value else { return false }
        place += 1
        return true
    }

    mutating func day() -> Day? {
        guard let year = number(digits: 4), skip("-"), let month = number(digits: 2), skip("-"),
            let day = number(digits: 2)
        else { return nil }
        return Day(checkedYear: year, month: month, day: day)
    }

    mutating func timeOfDay() -> TimeOfDay? {
        guard let hour = number(digits: 2), hour < 24, skip(":"), let minute = number(digits: 2), minute < 60 else {
            return nil
        }
        var milliseconds = (hour * 60 + minute) * 60_000
        if skip(":") {
            guard let second = number(digits: 2), second < 60 else { return nil }
            milliseconds += second * 1000
            if skip(".") {
                guard let fraction = fraction() else { return nil }
                milliseconds += fraction
            }
        }
        return TimeOfDay(milliseconds: milliseconds)
    }

    /// Minutes east of UTC.
    mutating func zone() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int
        if skip("+") || skip(" ") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2), hours <= 14 else { return nil }
        _ = skip(":")
        guard let minutes = number(digits: 2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }

    /// Milliseconds from one to nine digits; what is finer is cut.
    private mutating func fraction() -> Int? {
        var milliseconds = 0
        var weight = 100
        var count = 0
        while place < bytes.count, bytes[place] >= 48, bytes[place] <= 57 {
            milliseconds += Int(bytes[place] - 48) * weight
            weight /= 10
            count += 1
            place += 1
        }
        return (1...9).contains(count) ? milliseconds : nil
    }

    private mutating func number(digits: Int) -> Int? {
        guard place + digits <= bytes.count else { return nil }
        var number = 0
        for byte in bytes[place..<place + digits] {
            guard byte >= 48, byte <= 57 else { return nil }
            number = number * 10 + Int(byte - 48)
        }
        place += digits
        return number
    }
}
