import Foundation
import Identity
import Records

extension UserDetails {
    /// The distance of the user's standard time from UTC; 0 where the zone is unknown.
    var utcOffsetMilliseconds: Int {
        guard let zone = TimeZone(identifier: timeZone) else { return 0 }
        let moment = Date(timeIntervalSince1970: Double(lastModified.milliseconds) / 1000)
        return Int(Double(zone.secondsFromGMT(for: moment)) - zone.daylightSavingTimeOffset(for: moment)) * 1000
    }
}
