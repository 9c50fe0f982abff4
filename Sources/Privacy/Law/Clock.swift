public import Records

/// How long a regulation gives to answer, and how the days are counted.
public struct Clock: Sendable, Decodable {
    let rights: [String]
    let answer: Term
    let `extension`: Term?
    /// The article that sets it.
    public let source: String

    struct Term: Sendable, Decodable {
        let length: Int
        let unit: Unit
        let roll: Roll

        enum Unit: String, Sendable, Decodable { case days, months }
        /// Whether a last day that is no working day moves to the next one.
        enum Roll: String, Sendable, Decodable { case next, none }

        /// The last day of a term that begins with an event; the day of the event is not counted.
        func end(from event: Day) -> Day {
            var end =
                switch unit {
                case .days: event.adding(days: length)
                case .months: event.adding(months: length)
                }
            // Regulation 1182/71 Art. 3(4), for Saturdays and Sundays. Public holidays are the law of the place where
            // the controller is established; until the organisation's calendar is known they are not counted, which
            // ends the term a day early rather than late.
            while roll == .next, end.weekday == 0 || end.weekday == 6 { end = end.adding(days: 1) }
            return end
        }
    }

    /// The last day to answer.
    public func due(received: Day) -> Day { answer.end(from: received) }

    /// The last day to answer when the term was extended; nil where the law knows no extension.
    public func extendedDue(received: Day) -> Day? { `extension`?.end(from: received) }
}
