public import Engine
public import Records

/// A list: an object's records, in which columns, narrowed by what, in which order.
///
/// ## Topics
/// - Looking: ``records(limit:offset:in:)``, ``count(in:)``
/// - Taking along: ``csv(in:)``
///
/// A page and a file of the same list are made from the same value, so that the file holds exactly what was shown.
public struct ListView: Sendable {
    /// A field of a list: where it is, what readers call it, and how a value of it is written.
    public struct Field: Sendable {
        /// A field of the object or of a parent (`Account.Name`), as the schema spells it.
        public let path: String
        public let heading: String
        let shown: @Sendable (Value) -> String?

        /// - Parameter shown: The value as the reader knows it; nil where there is nothing.
        public init(_ path: String, _ heading: String, shown: @Sendable @escaping (Value) -> String?) {
            self.path = path
            self.heading = heading
            self.shown = shown
        }
    }

    public let object: String
    public let fields: [Field]
    /// Paths that a page needs besides, such as where a link leads; they are in no file.
    public let needs: [String]
    public var condition: ListCondition
    /// What stands behind `ORDER BY`: literals of the caller's.
    public let order: String

    public init(
        of object: String, fields: [Field], needs: [String] = [], condition: ListCondition, order: String
    ) {
        self.object = object
        // Two columns may show the same field, as two telephone numbers share the word that says not to call.
        var seen: Set<String> = []
        self.fields = fields.filter { seen.insert($0.path).inserted }
        self.needs = needs.filter { seen.insert($0).inserted }
        self.condition = condition
        self.order = order
    }

    /// Some of the rows.
    /// - Parameters:
    ///   - limit: At most so many.
    ///   - offset: How many rows are left out before; 2,000 at most, as the platform has it.
    public func records(limit: Int, offset: Int, in session: Session) async throws -> [Record] {
        try await session.query(
            "\(soql(fields.map(\.path) + needs)) LIMIT \(limit) OFFSET \(offset)", bindings: condition.bindings
        )
    }

    /// How many rows there are, with nothing cut off.
    public func count(in session: Session) async throws -> Int {
        try await session.count("SELECT count() FROM \(object)\(condition.clause)", bindings: condition.bindings)
    }

    /// All rows as CSV for a spreadsheet: UTF-8 with its mark, CR LF, headings in the reader's language, nothing that a
    /// spreadsheet would take for a formula. It streams, so memory stays flat however long the list is.
    ///
    /// That the list leaves the product is put into the evidence log before the first byte; who was in it, into the log
    /// of reads as an export.
    public func csv(in session: Session) async throws -> EncodedRows {
        let stream = try await session.encode(
            soql(fields.map(\.path)), bindings: condition.bindings, with: ListCSV(fields: fields)
        )
        try await session.prove(
            .export, of: nil,
            facts: [
                "object": .text(object), "rows": .count(try await count(in: session)),
                "fields": .list(fields.map { .text($0.path) }),
            ]
        )
        return stream
    }

    private func soql(_ paths: [String]) -> String {
        "SELECT \(paths.joined(separator: ", ")) FROM \(object)\(condition.clause) ORDER BY \(order)"
    }
}
