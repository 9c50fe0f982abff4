import Records

/// The columns of a batch, found in the schema as the session may see it.
struct BatchColumns: Sendable {
    /// One column that writes a field.
    struct Column: Sendable {
        /// Where it stands in the rows that were handed in.
        let place: Int
        let field: Field
        let coercion: Coercion
        /// For a path such as `Account.Ext__c`: the fields that the values name a parent by. Empty: the value itself.
        let keys: [ParentKey]
    }

    /// A field of a parent by which a record is named.
    struct ParentKey: Sendable {
        let object: ObjectSchema
        let field: Field
        let coercion: Coercion
    }

    let object: ObjectSchema
    /// Where the record's own id stands, if it was handed in.
    let idPlace: Int?
    let columns: [Column]
    /// See ``Batch/leavesEmpty``.
    let leavesEmpty: Bool
    /// What refuses every row: no right to the object, or fields that may not be written.
    let refusal: PlatformError?

    enum Operation: Sendable { case create, update }

    /// - Throws: `INVALID_TYPE`, `INVALID_FIELD`: the whole batch makes no sense.
    init(_ batch: Batch, for operation: Operation, access: Access, isSystem: Bool) throws {
        guard let visible = access.visible.object(batch.object), let full = access.full.object(batch.object) else {
            throw PlatformError(.invalidType, "sObject type '\(batch.object)' is not supported.")
        }
        object = full
        var idPlace: Int?
        var columns: [Column] = []
        var closed: [String] = []
        for (place, name) in batch.fields.enumerated() {
            if name.lowercased() == "id" {
                idPlace = place
                continue
            }
            let column = try Self.column(name, place, of: visible, access)
            guard !columns.contains(where: { $0.field.name == column.field.name }) else {
                throw PlatformError(
                    .invalidField, "\(visible.name).\(column.field.name) is given twice. Give it once.",
                    fields: [column.field.name]
                )
            }
            if !Self.mayWrite(column.field, of: full, operation, access, isSystem: isSystem) {
                closed.append(column.field.name)
            }
            columns.append(column)
        }
        self.idPlace = idPlace
        leavesEmpty = batch.leavesEmpty
        self.columns = columns
        refusal = Self.refusal(visible, closed, operation, isSystem: isSystem)
    }

    /// The same for a block of rows; what is wrong with a row is added to its refusals.
    func read(_ block: CellBlock, _ rows: inout [WriteRow]) -> CellGrid {
        var grid = CellGrid(rowCount: block.rowCount, bytes: block.bytes)
        // One more for a name made of its parts.
        grid.reserve(columns: columns.count + 1)
        for column in columns {
            let each = block.withCells { cells, bytes in
                rows.indices.map { row in
                    let cell = cells[row * block.columnCount + column.place]
                    if leavesEmpty, Self.isEmptied(cell, bytes) { return Cell.null }
                    if !column.keys.isEmpty { return cell.kind == .text && cell.count == 0 ? .null : cell }
                    if let read = column.coercion.read(cell, bytes) { return read }
                    return grid.append(column.coercion.coerce(cell.value(in: bytes), &rows[row].refusals))
                }
            }
            grid.add(each)
        }
        return grid
    }

    /// A row's values in the types of their fields; those that name a parent stay as they are.
    func read(_ values: [Value], _ refusals: inout [PlatformError]) -> [Value] {
        var read: [Value] = []
        read.reserveCapacity(columns.count)
        for column in columns {
            let value = values[column.place]
            read.append(
                column.keys.isEmpty ? column.coercion.coerce(value, &refusals) : value.text == "" ? .null : value
            )
        }
        return read
    }

    /// The columns that a row leaves as they are, and its values with what is emptied.
    /// - Parameter absent: The row's of ``Batch/absent``.
    func left(_ values: inout [Value], absent: [Int]) -> [Int] {
        guard leavesEmpty else {
            return absent.isEmpty ? [] : columns.indices.filter { absent.contains(columns[$0].place) }
        }
        var left: [Int] = []
        for (place, column) in columns.enumerated() {
            switch values[column.place] {
            case .null, .text(""): left.append(place)
            case .text(Self.emptied): values[column.place] = .null
            default: break
            }
        }
        return left
    }

    private static let emptied = "#N/A"

    private static func isEmptied(_ cell: Cell, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        cell.kind == .text && cell.count == 4 && bytes[cell.range].elementsEqual(emptied.utf8)
    }

    private static func column(
        _ name: String, _ place: Int, of object: ObjectSchema, _ access: Access
    ) throws -> Column {
        if let field = object.field(name) {
            return Column(place: place, field: field, coercion: Coercion(field), keys: [])
        }
        // `Account.Ext__c`, or with the parent's object named as well: `Contact:Who.Ext__c`, `Who:Contact.Ext__c`.
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let target = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, target.count <= 2,
            let lookup = target.reversed().lazy.compactMap(object.relationship).first
        else { throw noSuchColumn(name, object) }
        var keys: [ParentKey] = []
        for parentName in lookup.referenceTo {
            if target.count == 2, !target.contains(where: { $0.lowercased() == parentName.lowercased() }) { continue }
            guard let parent = access.visible.object(parentName), let key = parent.field(parts[1]),
                key.isExternalID || key.isIDLookup || key.type == .id
            else { continue }
            keys.append(ParentKey(object: parent, field: key, coercion: Coercion(key)))
        }
        guard !keys.isEmpty else { throw noSuchColumn(name, object) }
        return Column(place: place, field: lookup, coercion: Coercion(lookup), keys: keys)
    }

    private static func noSuchColumn(_ name: String, _ object: ObjectSchema) -> PlatformError {
        PlatformError(
            .invalidField, "No such column '\(name)' on sobject of type \(object.name)", fields: [name]
        )
    }

    private static let audit: Set<String> = ["CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"]
    /// Kept by the product whoever writes.
    private static let kept: Set<String> = ["Id", "IsDeleted", "SystemModstamp"]

    private static func mayWrite(
        _ field: Field, of object: ObjectSchema, _ operation: Operation, _ access: Access, isSystem: Bool
    ) -> Bool {
        if operation == .create ? field.isCreateable : field.isUpdateable { return true }
        if field.type.storage == nil || field.isAutoNumber || kept.contains(field.name) { return false }
        if WholeName.isComputed(field, of: object) { return false }
        // "Set Audit Fields": whoever brings old records keeps their dates.
        if operation == .create, audit.contains(field.name), access.rights.mayChangeSchema { return true }
        return isSystem && !audit.contains(field.name)
    }

    private static func refusal(
        _ object: ObjectSchema, _ closed: [String], _ operation: Operation, isSystem: Bool
    ) -> PlatformError? {
        if !isSystem, !(operation == .create ? object.isCreateable : object.isUpdateable) {
            return PlatformError(
                .insufficientAccessOrReadonly,
                "insufficient access rights on object \(object.name): the user may not \(operation) its records"
            )
        }
        guard !closed.isEmpty else { return nil }
        return PlatformError(
            .invalidFieldForInsertUpdate,
            """
            Unable to create/update fields: \(closed.joined(separator: ", ")). Please check the security settings of \
            this field and verify that it is read/write for your profile or permission set.
            """,
            fields: closed
        )
    }
}
