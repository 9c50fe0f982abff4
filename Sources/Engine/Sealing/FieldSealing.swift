import Records
import Store
import Vault

extension Connection {
    /// The keys of encrypted fields; nil where this process knows none.
    var fieldKeys: FieldKeys? { (self as? OpeningConnection)?.cipher.keys }

    /// The value of a field as it is to be stored.
    ///
    /// - Throws: ``UnknownKeys``; `FIELD_INTEGRITY_EXCEPTION` where the tenant secret was destroyed.
    func sealed(_ value: Value, of field: Field) throws -> Value {
        guard let encryption = field.encryption, encryption.isSealing, case .text(let text) = value else {
            return value
        }
        guard let opening = self as? OpeningConnection else {
            throw UnknownKeys(state: try SealedFields.secretsState(on: self))
        }
        do {
            return .text(try opening.cipher.seal(text, encryption))
        } catch let error as VaultError where error.code == .destroyed {
            throw PlatformError(
                .fieldIntegrityException,
                "\(field.label): the tenant secret of encrypted fields was destroyed. Make a new one, then write again.",
                fields: [field.name])
        }
    }

    /// A condition that a column of a field holds a value, sealed or not.
    func holds(_ value: Value, _ field: Field, in column: SQL? = nil) throws -> SQL {
        let column = column ?? "\(identifier: Identifier(field.name))"
        guard let encryption = field.encryption, case .text(let text) = value else { return "\(column) = \(value)" }
        guard let keys = fieldKeys else { throw UnknownKeys(state: try SealedFields.secretsState(on: self)) }
        return SealedColumn(column, encryption, keys).holds([text])
    }
}

/// A column of sealed values in a condition.
struct SealedColumn {
    private let column: SQL
    private let encryption: FieldEncryption
    private let keys: FieldKeys

    init(_ column: SQL, _ encryption: FieldEncryption, _ keys: FieldKeys) {
        self.column = column
        self.encryption = encryption
        self.keys = keys
    }

    /// What is the same for equal texts, of fields whose scheme tells them.
    static func told(_ column: SQL) -> SQL { "substr(\(column), 1, 42)" }

    /// What the values that have it begin with: the condition of the index on ``told(_:)``.
    static func isTold(_ column: SQL) -> SQL { "substr(\(column), 1, 2) = '\u{1}d'" }

    /// Whether it holds one of some texts. While values are brought to another form, in either form.
    func holds(_ texts: [String]) -> SQL {
        let versions = encryption.isSettled ? [encryption.version] : keys.versions.sorted()
        let beginnings = texts.flatMap { text in
            versions.compactMap { keys.beginning(of: text, encryption, version: $0) }
        }
        var hits: [SQL] = []
        if !beginnings.isEmpty {
            let list = SQL.joined(beginnings.map { "\(.text($0))" }, separator: ", ")
            hits.append("(\(Self.isTold(column)) AND \(Self.told(column)) IN (\(list)))")
        }
        if !encryption.isSettled || !encryption.scheme.isDeterministic {
            hits.append("\(column) IN (\(.joined(texts.map { "\(.text($0))" }, separator: ", ")))")
        }
        return hits.isEmpty ? "1 = 0" : hits.count == 1 ? hits[0] : "(\(.joined(hits, separator: " OR ")))"
    }
}

extension WriteSet {
    /// The cells as they are to be stored.
    func sealedCells(_ connection: any Connection) throws -> CellGrid {
        var sealed = cells
        for (column, field) in fields.enumerated() where field.encryption?.isSealing == true {
            for row in goodRows where !cells[row, column].isNull {
                sealed.set(try connection.sealed(cells.value(row, column), of: field), row, column)
            }
        }
        return sealed
    }
}
