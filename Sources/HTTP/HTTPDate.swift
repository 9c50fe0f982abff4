import Foundation
public import Records

extension Instant {
    /// As HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`, in whole seconds.
    public var httpDate: String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds / 1000)))
    }

    /// Reads a date of an HTTP header in any of its three forms (RFC 9110, section 5.6.7); nil for anything else: such a
    /// header is to be ignored.
    public init?(httpDate text: String) {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        for format in ["EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", "EEE MMM d HH:mm:ss yyyy"] {
            formatter.dateFormat = format
            guard let date = formatter.date(from: text) else { continue }
            self.init(milliseconds: Int64(date.timeIntervalSince1970) * 1000)
            return
        }
        return nil
    }
}
