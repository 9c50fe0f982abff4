/// A whole SOQL query, or a query inside one: a child subquery of the select list, or a semi- or anti-join.
///
/// ## Topics
/// - What is read: ``select``, ``from``, ``using``, ``bindings``
/// - Which rows: ``where``, ``with``, ``isAllRows``
/// - Groups: ``groupBy``, ``having``
/// - Order and window: ``orderBy``, ``limit``, ``offset``
/// - Side effects: ``purposes``, ``updates``
public struct Query: Hashable, Sendable {
    /// One item or more, in the order written.
    public var select: [SelectItem]
    public var from: From
    public var using: Using?
    public var `where`: Condition?
    public var with: With?
    public var groupBy: Grouping?
    public var having: Condition?
    /// Empty where the query has no `ORDER BY`.
    public var orderBy: [Ordering]
    /// ``Literal/Kind/integer(_:)`` (not negative) or ``Literal/Kind/bind(_:)``.
    public var limit: Literal?
    /// ``Literal/Kind/integer(_:)`` (not negative) or ``Literal/Kind/bind(_:)``.
    public var offset: Literal?
    /// `BIND field = literal, …`: what a `USING LOOKUP` filter depends on.
    public var bindings: [LookupBinding]
    /// `FOR VIEW`, `FOR REFERENCE`, `FOR UPDATE`, as written.
    public var purposes: [Purpose]
    /// `UPDATE TRACKING`, `UPDATE VIEWSTAT`, as written.
    public var updates: [ArticleUpdate]
    /// `ALL ROWS`: with the rows of the recycle bin.
    public var isAllRows: Bool
    /// Where the query's `SELECT` stands.
    public var position: Position

    public init(
        select: [SelectItem],
        from: From,
        using: Using? = nil,
        where condition: Condition? = nil,
        with: With? = nil,
        groupBy: Grouping? = nil,
        having: Condition? = nil,
        orderBy: [Ordering] = [],
        limit: Literal? = nil,
        offset: Literal? = nil,
        bindings: [LookupBinding] = [],
        purposes: [Purpose] = [],
        updates: [ArticleUpdate] = [],
        isAllRows: Bool = false,
        position: Position = .start
    ) {
        self.select = select
        self.from = from
        self.using = using
        self.where = condition
        self.with = with
        self.groupBy = groupBy
        self.having = having
        self.orderBy = orderBy
        self.limit = limit
        self.offset = offset
        self.bindings = bindings
        self.purposes = purposes
        self.updates = updates
        self.isAllRows = isAllRows
        self.position = position
    }

    /// Whether it is `SELECT COUNT() FROM …`, which answers a number and no rows.
    public var isCount: Bool {
        guard select.count == 1, case .expression(.aggregate(.count, of: nil, _), _) = select[0] else { return false }
        return true
    }
}
