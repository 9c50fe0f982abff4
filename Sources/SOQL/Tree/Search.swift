/// A whole SOSL search: `FIND {…} IN … RETURNING … WITH … LIMIT …`.
public struct Search: Hashable, Sendable {
    public var term: SearchTerm
    /// Nil where the search does not say, which means all fields.
    public var group: SearchGroup?
    /// Empty where the search does not say: all searchable objects, ids only.
    public var returning: [Returning]
    /// In the order written.
    public var with: [SearchWith]
    /// ``Literal/Kind/integer(_:)`` (not negative) or ``Literal/Kind/bind(_:)``.
    public var limit: Literal?
    public var updates: [ArticleUpdate]

    public init(
        term: SearchTerm,
        group: SearchGroup? = nil,
        returning: [Returning] = [],
        with: [SearchWith] = [],
        limit: Literal? = nil,
        updates: [ArticleUpdate] = []
    ) {
        self.term = term
        self.group = group
        self.returning = returning
        self.with = with
        self.limit = limit
        self.updates = updates
    }
}

/// Which fields a search looks into.
public enum SearchGroup: String, Hashable, Sendable, CaseIterable {
    case all = "ALL"
    case name = "NAME"
    case email = "EMAIL"
    case phone = "PHONE"
    case sidebar = "SIDEBAR"
}

/// What a search looks for.
public enum SearchTerm: Hashable, Sendable {
    /// Read from braces (`{Sato AND Hanako}`) or, in Apex, from quotes.
    case expression(SearchExpression)
    /// `:name`; only in Apex. Its text is read by ``SearchExpression/init(parsing:)``.
    case bind(Bind, Position)
}

/// The language inside the braces. `AND` binds closer than `OR`; words side by side must all be found.
public indirect enum SearchExpression: Hashable, Sendable {
    case word(SearchWord)
    /// `"Sato Hanako"`: these words, in this order, side by side.
    case phrase([SearchWord])
    /// Two or more.
    case all([SearchExpression])
    /// Two or more.
    case any([SearchExpression])
    /// `AND NOT x`: stands after the first item of an ``all(_:)`` only.
    case not(SearchExpression)
}

/// A word to search for, with wildcards: `Sm?th*`.
public struct SearchWord: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
        case text(String)
        /// `*`: any number of characters.
        case anyRun
        /// `?`: one character.
        case anyOne
    }

    /// One or more; two texts never stand side by side.
    public let parts: [Part]
    public let position: Position

    public init(_ parts: [Part], at position: Position = .start) {
        self.parts = parts
        self.position = position
    }

    /// The word where it has no wildcard; nil otherwise.
    public var plain: String? {
        guard parts.count == 1, case .text(let text) = parts[0] else { return nil }
        return text
    }
}

/// One object of `RETURNING`.
public struct Returning: Hashable, Sendable {
    public var object: Name
    /// Empty where the search does not say: the id alone.
    public var fields: [SelectItem]
    /// `USING ListView = name`.
    public var listView: Name?
    public var `where`: Condition?
    public var orderBy: [Ordering]
    public var limit: Literal?
    public var offset: Literal?

    public init(
        object: Name,
        fields: [SelectItem] = [],
        listView: Name? = nil,
        where condition: Condition? = nil,
        orderBy: [Ordering] = [],
        limit: Literal? = nil,
        offset: Literal? = nil
    ) {
        self.object = object
        self.fields = fields
        self.listView = listView
        self.where = condition
        self.orderBy = orderBy
        self.limit = limit
        self.offset = offset
    }
}

/// `WITH …` of a search.
public enum SearchWith: Hashable, Sendable {
    /// `DIVISION = 'Global'`.
    case division(Literal)
    /// `DATA CATEGORY …`: one or more, all of which must hold.
    case dataCategories([CategoryFilter])
    /// `SNIPPET`, `SNIPPET (target_length=120)`.
    case snippet(length: Literal?)
    /// `HIGHLIGHT`.
    case highlight
    /// `USING PHRASE SEARCH` after `WITH HIGHLIGHT`: the words are one phrase.
    case phraseSearch
    /// `NETWORK = '…'` or `NETWORK IN ('…', …)`.
    case network([Literal])
    /// `PricebookId = '…'`.
    case pricebook(Literal)
    /// `SPELL_CORRECTION = false`.
    case spellCorrection(Literal)
    /// `METADATA = 'LABELS'`.
    case metadata(Literal)
    case securityEnforced
    case userMode
    case systemMode
}
