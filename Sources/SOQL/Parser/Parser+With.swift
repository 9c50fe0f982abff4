extension Parser {
    /// The clause behind a query's `WITH`.
    mutating func with() throws(SOQLError) -> With {
        if at("DATA") { return .dataCategories(try dataCategories()) }
        if at("RECORDVISIBILITYCONTEXT") {
            try advance()
            return .recordVisibility(
                try parenthesized { parser throws(SOQLError) in
                    let name = try parser.name()
                    try parser.expect(.equal)
                    return Setting(name: name, value: try parser.literal())
                }
            )
        }
        switch try accessMode() {
        case .securityEnforced: return .securityEnforced
        case .userMode: return .userMode
        case .systemMode: return .systemMode
        }
    }

    enum AccessMode: String {
        case securityEnforced = "SECURITY_ENFORCED"
        case userMode = "USER_MODE"
        case systemMode = "SYSTEM_MODE"
    }

    /// Whose rights count; only Apex has the choice.
    mutating func accessMode() throws(SOQLError) -> AccessMode {
        let here = self
        let mode: AccessMode = try keyword()
        guard dialect == .apex else {
            throw here.error("WITH \(mode.rawValue) is only allowed in Apex code", code: .dialect)
        }
        return mode
    }

    mutating func dataCategories() throws(SOQLError) -> [CategoryFilter] {
        try expect("DATA")
        try expect("CATEGORY")
        var filters = [try categoryFilter()]
        while try skip("AND") { filters.append(try categoryFilter()) }
        return filters
    }

    private mutating func categoryFilter() throws(SOQLError) -> CategoryFilter {
        let group = try name()
        let selector: CategoryFilter.Selector = try keyword()
        let categories =
            at(.leftParenthesis)
            ? try parenthesized { parser throws(SOQLError) in try parser.name() } : [try name()]
        return CategoryFilter(group: group, selector: selector, categories: categories)
    }
}
