import Records
import SOQL
import Store

/// Compiled queries, kept as long as neither the schema nor the rights change.
final class PlanCache: Sendable {
    private struct Key: Hashable {
        let text: String
        let version: Int64
        let asker: Access.Key
        let deleted: Deleted
        let timeZone: String
        let language: String
        let locale: String
    }

    private struct FieldsKey: Hashable {
        let object: String
        /// Empty for all readable fields.
        let fields: [String]
        let version: Int64
        let asker: Access.Key
    }

    private let trees = GenerationCache<String, Query>(max: 1000)
    private let plans = GenerationCache<Key, Plan>(max: 1000)
    private let rows = GenerationCache<FieldsKey, Plan>(max: 1000)

    /// Forgets what was made of a schema; the trees of queries know none.
    func forget() {
        plans.forget()
        rows.forget()
    }

    /// The plan of a query's text. Bind variables are understood when some are handed in.
    func plan(_ text: String, _ viewer: Viewer, _ call: Call) throws -> Plan {
        let key = Key(
            text: text, version: viewer.access.full.version, asker: viewer.access.key,
            deleted: call.deleted, timeZone: viewer.timeZone, language: viewer.language,
            locale: viewer.locale
        )
        return try plans.value(key, keepIf: \.isLasting) {
            do {
                let tree = try trees.value(text) {
                    try Query(parsing: text, dialect: call.bindings.isEmpty ? .api : .apex)
                }
                return try QueryCompiler(call.context(viewer, text: text)).plan(tree)
            } catch let error as SOQLError {
                throw error.platformError(in: text)
            }
        }
    }

    /// The plan that reads rows of an object by their ids. `fields` may be paths; nil for all readable ones.
    func plan(of object: String, fields: [String]?, _ viewer: Viewer, _ call: Call) throws -> Plan {
        let key = FieldsKey(
            object: object, fields: fields ?? [], version: viewer.access.full.version,
            asker: viewer.access.key
        )
        return try rows.value(key, keepIf: \.isLasting) {
            guard let object = viewer.access.visible.object(object), object.isQueryable else {
                throw PlatformError(.invalidType, "sObject type '\(object)' is not supported.")
            }
            let names = fields ?? object.fields.filter { $0.type != .junctionIDList }.map(\.name)
            let query = Query(
                select: try names.map { .expression(.field(try Self.path($0, of: object)), alias: nil) },
                from: From(Path([object.name]))
            )
            return try QueryCompiler(call.context(viewer, text: nil)).plan(query, of: object)
        }
    }

    private static func path(_ name: String, of object: ObjectSchema) throws -> Path {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw PlatformError(
                .invalidField, "No such column '\(name)' on entity '\(object.name)'.", fields: [name])
        }
        return Path(parts.map(String.init))
    }

    /// What comes with a query's text.
    struct Call {
        let now: Instant
        let deleted: Deleted
        let bindings: [String: BoundValue]
        let dialect: DatabaseDialect

        func context(_ viewer: Viewer, text: String?) -> QueryContext {
            QueryContext(
                viewer: viewer, now: now, deleted: deleted, bindings: bindings, dialect: dialect, text: text
            )
        }
    }
}
