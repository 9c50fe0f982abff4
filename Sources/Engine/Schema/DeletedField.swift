public import Records
import Store

/// A custom field that was deleted, while what it holds is still kept.
public struct DeletedField: Sendable, Equatable {
    public let object: String
    public let name: String
    public let deletedAt: Instant
    /// Until then it can be restored.
    public var keptUntil: Instant { deletedAt.adding(seconds: Engine.binDays * 86_400) }
}

extension Field {
    /// The field as it lies there while it is deleted: it holds what it held, and demands and does nothing. What it refers
    /// to and what it tells of a person stay, so that an erasure misses nothing.
    var deleted: Field {
        var field = self
        field.isDeleted = true
        (field.isNillable, field.isCreateable, field.isUpdateable) = (true, false, false)
        (field.isAutoNumber, field.isHistoryTracked) = (false, false)
        (field.defaultValue, field.isRestrictedPicklist, field.controllerName) = (.null, false, nil)
        (field.onParentDelete, field.childRelationships, field.relationshipName) = (.setNull, [:], nil)
        return field
    }
}

/// Deletes custom fields, brings them back, and destroys what they hold when their days are over.
struct FieldDeletion {
    let schema: Schema
    let connection: any Connection

    func delete(_ name: String, of objectName: String, at now: Instant) throws {
        guard let object = schema.object(objectName), !object.isInternal, let field = object.field(name),
            !field.isDeleted
        else { throw PlatformError(.invalidField, "\(objectName) has no field \(name).", fields: [name]) }
        func refuse(_ reason: String) -> PlatformError {
            PlatformError(.deleteFailed, "\(object.name).\(field.name): \(reason)", fields: [field.name])
        }
        guard field.isCustom else { throw refuse("a standard field cannot be deleted.") }
        if let dependent = object.fields.first(where: { $0.controllerName?.lowercased() == field.name.lowercased() }) {
            throw refuse("it controls the values of \(dependent.name). Change or delete that field first.")
        }
        let rule = (object.duplicateRules + object.comparingRules).first { rule in
            rule.criteria.contains { $0.field == field.name }
        }
        if let rule { throw refuse("the duplicate rule \(rule.name) compares it. Change the rule first.") }
        try connection.execute(
            """
            UPDATE az_field SET deleted = \(.datetime(now)) \
            WHERE object = \(.text(object.name)) AND name = \(.text(field.name))
            """
        )
        try LiveSchema.advance(on: connection)
    }

    func restore(_ name: String, of objectName: String, at now: Instant) throws {
        guard let object = schema.object(objectName), let field = object.field(name), field.isDeleted,
            // Behind its last day it may be half destroyed.
            try all().contains(where: { $0.object == object.name && $0.name == field.name && $0.keptUntil > now })
        else {
            throw PlatformError(
                .invalidField, "\(objectName) has no deleted field \(name). What was destroyed does not come back.",
                fields: [name])
        }
        try connection.execute(
            """
            UPDATE az_field SET deleted = NULL \
            WHERE object = \(.text(object.name)) AND name = \(.text(field.name))
            """
        )
        try LiveSchema.advance(on: connection)
    }

    /// Ends the days of a deleted field at once: from here on it cannot be restored.
    func expire(_ deleted: DeletedField) throws {
        try connection.execute(
            """
            UPDATE az_field SET deleted = 0 WHERE object = \(.text(deleted.object)) \
            AND name = \(.text(deleted.name)) AND deleted IS NOT NULL
            """
        )
    }

    func all() throws -> [DeletedField] {
        try connection.all(
            "SELECT object, name, deleted FROM az_field WHERE deleted IS NOT NULL ORDER BY deleted, object, name"
        ) { row in
            DeletedField(
                object: row.string(0), name: row.string(1), deletedAt: Instant(milliseconds: row.int64(2)))
        }
    }

    /// Takes what a deleted field holds out of some records and out of the search index.
    ///
    /// - Returns: Whether there may be more.
    func empty(_ deleted: DeletedField, _ search: SearchIndex, limit: Int) throws -> Bool {
        guard let object = schema.object(deleted.object), let place = object.index(of: deleted.name),
            object.fields[place].isDeleted, object.fields[place].type.storage != nil
        else { return false }
        let (table, column) = (Identifier(object.name), Identifier(object.fields[place].name))
        let empty: Value = object.fields[place].type == .boolean ? .boolean(false) : .null
        let isFilled: SQL = empty.isNull ? "IS NOT NULL" : "<> 0"
        let ids = try connection.all(
            """
            SELECT "Id" FROM \(identifier: table) WHERE \(identifier: column) \(isFilled) \
            LIMIT \(.integer(Int64(limit)))
            """
        ) { RecordID(rawValue: $0.int64(0)) }
        let fields = SearchIndex.fields(of: object)
        if fields.contains(where: { $0.name == deleted.name }) {
            for row in try connection.storedRows(ids, of: object) where row["IsDeleted"].boolean != true {
                let old = fields.map { row[$0.name].text }
                let new = fields.map { $0.name == deleted.name ? nil : row[$0.name].text }
                try SearchIndex.replace(
                    search.numbers(of: old, in: object), with: search.numbers(of: new, in: object), of: row.id,
                    connection)
            }
        }
        for id in ids {
            try connection.execute(
                """
                UPDATE \(identifier: table) SET \(identifier: column) = \(empty) WHERE "Id" = \(.id(id))
                """)
        }
        return ids.count == limit
    }

    /// Takes away the column itself, once it is empty.
    func drop(_ deleted: DeletedField) throws {
        guard let object = schema.object(deleted.object), let field = object.field(deleted.name), field.isDeleted else {
            return
        }
        try SchemaTables.drop(field, of: object, on: connection)
        try SealedFields.forget(field.name, of: object.name, on: connection)
        try connection.execute(
            "DELETE FROM az_field WHERE object = \(.text(object.name)) AND name = \(.text(field.name))")
        try connection.execute(
            "DELETE FROM \"FieldPermissions\" WHERE \"Field\" = \(.text("\(object.name).\(field.name)"))")
        try LiveSchema.advance(on: connection)
    }
}
