extension DateLiteral {
    /// The number of the counted ones, nil of the others.
    var count: Int? {
        switch span {
        case .lastN(let count), .nextN(let count), .ago(let count): count
        case .this, .last, .next, .last90, .next90: nil
        }
    }

    /// The same with another number.
    func counting(_ count: Int) -> DateLiteral {
        switch span {
        case .lastN: DateLiteral(.lastN(count), unit)
        case .nextN: DateLiteral(.nextN(count), unit)
        case .ago: DateLiteral(.ago(count), unit)
        case .this, .last, .next, .last90, .next90: self
        }
    }

    /// The keyword, without the number.
    var name: String {
        switch (span, unit) {
        case (.this, .day): "TODAY"
        case (.last, .day): "YESTERDAY"
        case (.next, .day): "TOMORROW"
        case (.this, _): "THIS_\(unit.name)"
        case (.last, _): "LAST_\(unit.name)"
        case (.next, _): "NEXT_\(unit.name)"
        case (.lastN, _): "LAST_N_\(unit.name)S"
        case (.nextN, _): "NEXT_N_\(unit.name)S"
        case (.ago, _): "N_\(unit.name)S_AGO"
        case (.last90, _): "LAST_90_DAYS"
        case (.next90, _): "NEXT_90_DAYS"
        }
    }

    /// As a query has it: `LAST_N_DAYS:30`.
    var text: String {
        guard let count else { return name }
        return "\(name):\(count)"
    }

    /// All of them by keyword; the counted ones with zero.
    static let named: [String: DateLiteral] = {
        var named: [String: DateLiteral] = [:]
        for unit in Unit.allCases {
            for span in [.this, .last, .next, .lastN(0), .nextN(0), .ago(0)] as [Span] {
                let literal = DateLiteral(span, unit)
                named[literal.name] = literal
            }
        }
        for literal in [DateLiteral(.last90, .day), DateLiteral(.next90, .day)] { named[literal.name] = literal }
        return named
    }()
}

extension DateLiteral.Unit {
    fileprivate var name: String {
        switch self {
        case .day: "DAY"
        case .week: "WEEK"
        case .month: "MONTH"
        case .quarter: "QUARTER"
        case .year: "YEAR"
        case .fiscalQuarter: "FISCAL_QUARTER"
        case .fiscalYear: "FISCAL_YEAR"
        }
    }
}
