import Records

/// A row that sends or dials, read from what is about to be written.
struct OutgoingContact {
    let channel: ContactChannel
    /// The addresses written to; empty for a call.
    let addresses: [String]
    let person: RecordID?

    /// How old a message or call may be to count as one made now. Older ones are a record of the past, such as the
    /// mail archive that a company brings along: nothing leaves by writing them down.
    private static let pastSeconds: Int64 = 24 * 3600

    /// Nil when the row reaches nobody.
    /// - Parameter value: The value that a field of the row will have.
    init?(_ object: ObjectSchema, now: Instant, value: (String) -> Value) {
        switch object.name {
        case "EmailMessage":
            guard value("Incoming").boolean != true, value("Status").text != Self.draft else { return nil }
            if let date = value("MessageDate").datetime, date < now.adding(seconds: -Self.pastSeconds) { return nil }
            channel = .email
            addresses = ["ToAddress", "CcAddress", "BccAddress"].flatMap { Self.addresses(in: value($0).text) }
            person = nil
            if addresses.isEmpty { return nil }
        case "Task":
            let isCall = value("TaskSubtype").text == "Call" || value("CallType").text == "Outbound"
            guard isCall, value("CallType").text != "Inbound", value("CallType").text != "Internal",
                value("Status").text != "Completed", let who = value("WhoId").id
            else { return nil }
            channel = .phone
            addresses = []
            person = who
        default: return nil
        }
    }

    private static let draft = "5"

    /// The bare addresses of a header field: `Name <a@example.org>; b@example.org`.
    private static func addresses(in text: String?) -> [String] {
        guard let text else { return [] }
        let folded = FoldedText(text)
        let scalars = Array(text.unicodeScalars)
        return EmailPattern.everyAddress(in: folded).map { range in
            let start = Int(folded.origins[range.lowerBound])
            let end = Int(folded.origins[range.upperBound])
            var address = String.UnicodeScalarView()
            address.append(contentsOf: scalars[start..<end])
            return String(address)
        }
    }
}
