import Records
import SOQL

/// What a query is compiled for: who asks, when, and the values handed in beside the text.
struct QueryContext {
    let viewer: Viewer
    let now: Instant
    let deleted: Deleted
    let bindings: [String: BoundValue]
    let dialect: DatabaseDialect
    /// The query's text, for errors; nil when the query was not written as text.
    let text: String?

    init(
        viewer: Viewer, now: Instant, deleted: Deleted, bindings: [String: BoundValue], dialect: DatabaseDialect,
        text: String?
    ) {
        self.viewer = viewer
        self.now = now
        self.deleted = deleted
        self.bindings = bindings
        self.dialect = dialect
        self.text = text
        records = RecordFilter(viewer.access, dialect)
    }

    var schema: Schema { viewer.access.visible }
    /// Which records the asker may see; shared by all parts of one statement.
    let records: RecordFilter

    /// An error at a place of the text, in the platform's form.
    func error(_ code: PlatformError.Code, _ message: String, at position: Position) -> PlatformError {
        PlatformError(
            code, text.map { position.report(message, in: $0) } ?? message, position: (position.line, position.column)
        )
    }
}
