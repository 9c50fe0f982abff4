/// Numbers in the form of a field, such as `R-{000000}`: zeros in braces are digits, the rest stands as it is.
enum AutoNumber {
    static func text(_ number: Int64, format: String?) -> String {
        guard let format, let open = format.firstIndex(of: "{"), let close = format.firstIndex(of: "}"), open < close
        else {
            return String(number)
        }
        let width = format.distance(from: open, to: close) - 1
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, width - digits.utf8.count))
        return format[..<open] + padding + digits + format[format.index(after: close)...]
    }
}
