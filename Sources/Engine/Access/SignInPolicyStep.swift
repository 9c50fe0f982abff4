import Records

/// The step that refuses policies of signing in which nobody could follow.
enum SignInPolicyStep {
    static let idleMinutes: ClosedRange<Int64> = 5...1440
    static let lifeMinutes: ClosedRange<Int64> = 5...10_080

    static func check(_ set: inout WriteSet) {
        guard set.object.name == "SignInPolicy" else { return }
        for row in set.goodRows { set.rows[row].refusals += refusals(of: row, set) }
    }

    private static func refusals(of row: Int, _ set: WriteSet) -> [PlatformError] {
        var refusals: [PlatformError] = []
        func refuse(_ field: String, _ message: String) {
            refusals.append(PlatformError(.fieldIntegrityException, message, fields: [field]))
        }
        for address in (set.value("Addresses", of: row).text ?? "").split(whereSeparator: \.isWhitespace)
        where AddressRange(String(address)) == nil {
            refuse(
                "Addresses",
                "'\(address)' is neither an address nor a range like 10.1.0.0/16. Write one in each line.")
        }
        let hours = ["StartTime", "EndTime"].map { set.value($0, of: row) }
        if hours[0].isNull != hours[1].isNull {
            refuse(
                hours[0].isNull ? "StartTime" : "EndTime", "Hours have a beginning and an end: give both, or neither.")
        } else if !hours[0].isNull, hours[0] == hours[1] {
            refuse("EndTime", "Between \(hours[0]) and the same there is no time to sign in.")
        }
        for (field, range) in [("IdleMinutes", idleMinutes), ("LifeMinutes", lifeMinutes)] {
            guard let minutes = set.value(field, of: row).integer, !range.contains(minutes) else { continue }
            refuse(field, "\(field) is between \(range.lowerBound) and \(range.upperBound).")
        }
        return refusals
    }
}
