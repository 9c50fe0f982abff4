import Records

/// Values as texts, in the form that ``Coercion`` reads back: for histories and messages.
enum WireText {
    /// Nil for null; bytes have no text.
    static func text(of value: Value) -> String? {
        switch value {
        case .null, .bytes: nil
        case .boolean(let truth): truth ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text
        case .date(let day): day.description
        case .datetime(let instant): instant.description
        case .time(let time): time.description
        case .id(let id): id.description
        }
    }
}
