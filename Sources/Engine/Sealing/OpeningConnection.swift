import Dispatch
import Records
import Store
import Synchronization
import Vault

/// A connection whose rows come with their sealed values opened, whoever reads them: what the database holds sealed is nobody
/// else's concern.
final class OpeningConnection: Connection {
    /// Gives rows as they are stored.
    let stored: any Connection
    let cipher: FieldCipher
    /// Of which state of the secrets the keys are, or of a later one.
    let secretsState: Int64

    init(_ stored: any Connection, _ keys: FieldKeys, secretsState: Int64) {
        self.stored = stored
        self.secretsState = secretsState
        cipher = FieldCipher(keys)
    }

    var dialect: Dialect { stored.dialect }

    func execute(_ statement: SQL) throws -> Int { try stored.execute(statement) }

    func rows(_ query: SQL, _ body: (any Cells) throws -> Bool) throws {
        let opened = OpenedCells(cipher)
        try stored.rows(query) { try body(opened.at($0)) }
    }

    func rows(_ query: KeptSQL, _ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        let opened = OpenedCells(cipher)
        try stored.rows(query, bindings) { try body(opened.at($0)) }
    }

    func blocks(_ query: SQL, as kinds: [Cell.Kind], _ body: (CellBlock) throws -> Void) throws {
        var opening: OpeningBlock?
        try stored.blocks(query, as: kinds) { block in
            // The one before was opened while this was read.
            if let ready = opening?.wait() { try body(ready) }
            opening = block.mayHaveSealed ? OpeningBlock(block, cipher.keys) : nil
            if opening == nil { try body(block) }
        }
        if let last = opening?.wait() { try body(last) }
    }

    func prepare(_ statement: SQL) throws -> any PreparedStatement {
        OpeningStatement(stored: try stored.prepare(statement), cipher: cipher)
    }

    func insert(_ rows: NewRows, failed: (Int, any Error) throws -> Void) throws {
        try stored.insert(rows, failed: failed)
    }

    func run(_ migration: Migration) throws { try stored.run(migration) }

    func savepoint<T>(_ body: () throws -> T) throws -> T { try stored.savepoint(body) }
}

/// A block whose sealed values are opened on another core while the next one is read.
private final class OpeningBlock: Sendable {
    private let opened = Mutex<CellBlock?>(nil)
    private let group = DispatchGroup()

    init(_ block: CellBlock, _ keys: FieldKeys) {
        DispatchQueue.global(qos: .userInitiated).async(group: group) {
            let ready = block.opened(FieldCipher(keys))
            self.opened.withLock { $0 = ready }
        }
    }

    func wait() -> CellBlock? {
        group.wait()
        return opened.withLock { $0 }
    }
}

/// A prepared statement of an ``OpeningConnection``.
private final class OpeningStatement: PreparedStatement {
    private let stored: any PreparedStatement
    private let cipher: FieldCipher

    init(stored: any PreparedStatement, cipher: FieldCipher) {
        self.stored = stored
        self.cipher = cipher
    }

    func run(_ bindings: [Value]) throws { try stored.run(bindings) }

    func run(_ bind: (any Bindings) throws -> Void) throws { try stored.run(bind) }

    func rows(_ bindings: [Value], _ body: (any Cells) throws -> Bool) throws {
        let opened = OpenedCells(cipher)
        try stored.rows(bindings) { try body(opened.at($0)) }
    }
}
