import Records
import Store
import Vault

extension Engine {
    /// Brings what is stored of encrypted fields to the form that it shall have: seals, seals anew under the latest secret, or
    /// opens, some records at a time, while everybody works on. What was cut off is gone on with. At the end nothing of the old
    /// form is left in the database's files.
    ///
    /// - Parameter progress: Gets how many values were changed so far.
    /// - Returns: How many values were changed.
    @discardableResult
    public func settleSealing(progress: @Sendable (Int) -> Void = { _ in }) async throws -> Int {
        var count = 0
        while let step = try await settleSealing(atMost: 1_000) {
            try Task.checkCancellation()
            count += step.changed
            if step.changed > 0 { progress(count) }
        }
        // Noted with the last step, so that it is done after a crash as well, and later where a long reading stands against it.
        if try await mustScrub() {
            try await scrubPatiently()
            try await store.write { try $0.execute("UPDATE az_sealed_field SET position = 0 WHERE position = -1") }
        }
        return count
    }

    private func mustScrub() async throws -> Bool {
        try await store.read {
            try $0.first("SELECT 1 FROM az_sealed_field WHERE position = -1 AND is_settled = 1") { _ in true } ?? false
        }
    }

    /// A step of it.
    ///
    /// - Returns: How many values were changed, and whether a field is settled with that; nil when none is to be brought anywhere.
    func settleSealing(atMost limit: Int) async throws -> (changed: Int, isSettled: Bool)? {
        guard try await store.read({ try SealedFields.firstUnsettled(on: $0) }) != nil else { return nil }
        return try await store.write { connection in
            // First of all, that the secrets are known; and once more which field it is, since others may settle and rotate too.
            _ = try self.schema.current(on: connection)
            guard let field = try SealedFields.firstUnsettled(on: connection) else { return (0, false) }
            return try SealingPass(field: field, connection: connection).run(limit: limit)
        }
    }
}

/// A step of bringing an encrypted field's values to the form that they shall have.
private struct SealingPass {
    let field: SealedFields.Row
    let connection: any Connection

    /// - Returns: How many values were changed, and whether the field is settled with that.
    func run(limit: Int) throws -> (changed: Int, isSettled: Bool) {
        let number = field.encryption.number
        let state = try connection.first(
            "SELECT position, history FROM az_sealed_field WHERE number = \(.integer(Int64(number)))"
        ) { (position: $0.int64(0), history: $0.int64(1)) }
        guard let state, let opening = connection as? OpeningConnection else { return (0, false) }
        let column: SQL = "\(identifier: Identifier(field.field))"
        let table: SQL = "\(identifier: Identifier(field.object))"
        let rows = try opening.stored.all(
            """
            SELECT "Id", \(column) FROM \(table) WHERE "Id" > \(.integer(state.position)) AND \(column) IS NOT NULL
            ORDER BY "Id" LIMIT \(.integer(Int64(limit)))
            """
        ) { (id: $0.int64(0), text: $0.string(1)) }
        if let last = rows.last {
            var changed = 0
            let update = try opening.stored.prepare("UPDATE \(table) SET \(column) = \(.null) WHERE \"Id\" = \(.null)")
            for row in rows {
                guard let text = try brought(row.text, opening.cipher) else { continue }
                try update.run([.text(text), .integer(row.id)])
                changed += 1
            }
            try connection.execute(
                """
                UPDATE az_sealed_field SET position = \(.integer(last.id)) WHERE number = \(.integer(Int64(number)))
                """
            )
            return (changed, false)
        }
        return try history(after: state.history, limit, opening)
    }

    private func history(
        after position: Int64, _ limit: Int, _ opening: OpeningConnection
    ) throws -> (changed: Int, isSettled: Bool) {
        let number = field.encryption.number
        let rows = try opening.stored.all(
            """
            SELECT id, old, new FROM az_history WHERE id > \(.integer(position)) AND object = \(.text(field.object))
            AND field = \(.text(field.field)) ORDER BY id LIMIT \(.integer(Int64(limit)))
            """
        ) { row in (id: row.int64(0), texts: [1, 2].map { row.isNull($0) ? nil : row.string($0) }) }
        guard let last = rows.last else {
            try end()
            return (0, true)
        }
        var changed = 0
        for row in rows {
            let texts = try row.texts.map { text in try text.flatMap { try brought($0, opening.cipher) } ?? text }
            guard texts != row.texts else { continue }
            let values = texts.map { $0.map(Value.text) ?? .null }
            try opening.stored.execute(
                "UPDATE az_history SET old = \(values[0]), new = \(values[1]) WHERE id = \(.integer(row.id))")
            changed += 1
        }
        try connection.execute(
            "UPDATE az_sealed_field SET history = \(.integer(last.id)) WHERE number = \(.integer(Int64(number)))")
        return (changed, false)
    }

    /// All is done: the field is settled, or not encrypted any more.
    private func end() throws {
        let number = field.encryption.number
        if field.encryption.isSealing {
            try connection.execute(
                "UPDATE az_sealed_field SET is_settled = 1, position = -1 WHERE number = \(.integer(Int64(number)))")
        } else {
            try SealedFields.forget(field.field, of: field.object, on: connection)
            let schema = try LiveSchema.load(version: 0, on: connection)
            if let object = schema.object(field.object), let field = object.field(field.field) {
                try SchemaTables.renewIndex(of: field, in: object, on: connection)
            }
        }
        try LiveSchema.advance(on: connection)
    }

    /// A stored text in the form that it shall have; nil where it has that, and where it cannot be read.
    private func brought(_ stored: String, _ cipher: FieldCipher) throws -> String? {
        let encryption = field.encryption
        let head = SealedValue.head(encryption.scheme, version: encryption.version, field: encryption.number)
        var stored = stored
        if encryption.isSealing, stored.hasPrefix(head) { return nil }
        var opened = FieldCipher.Opened.clear
        let text = String(unsafeUninitializedCapacity: max(stored.utf8.count, 1)) { memory in
            guard let out = memory.baseAddress else { return 0 }
            opened = stored.withUTF8 { cipher.open($0, into: out) }
            return if case .text(let count) = opened { count } else { 0 }
        }
        switch opened {
        case .clear: return encryption.isSealing ? try cipher.seal(stored, encryption) : nil
        case .unreadable: return nil
        case .text: return encryption.isSealing ? try cipher.seal(text, encryption) : text
        }
    }
}
