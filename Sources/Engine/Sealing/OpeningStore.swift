import Records
import Store
import Synchronization
import Vault

/// The records' database with what it holds sealed opened on the way out. As long as no field was ever encrypted it hands the
/// database's own connections on.
///
/// Another process may have made a key that this one does not know: whoever meets it throws ``UnknownKeys``, and what was
/// begun is done again with the keys fetched.
final class OpeningStore: Store {
    /// Gives rows as they are stored.
    let stored: any Store
    private let vault: Vault
    private let held: Mutex<Held>

    /// The keys, and the state of the secrets (`az_schema.secrets`) of which they surely are.
    private struct Held {
        var keys: FieldKeys
        var state: Int64
    }

    init(_ stored: any Store, _ vault: Vault) async throws {
        self.stored = stored
        self.vault = vault
        // Asked first: the keys are of this state, or of a later one.
        let state = try await stored.read { try SealedFields.secretsState(on: $0) }
        held = Mutex(Held(keys: try await vault.fieldKeys(), state: state))
    }

    /// Fetches the keys anew, of a state of the secrets that is there already.
    private func fetchKeys(of state: Int64) async throws {
        let keys = try await vault.fieldKeys()
        held.withLock { held in
            if held.state < state { held = Held(keys: keys, state: state) }
        }
    }

    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withKeys { try await self.stored.write { try body(self.opening($0)) } }
    }

    @discardableResult
    func writeUnsettled<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withKeys { try await self.stored.writeUnsettled { try body(self.opening($0)) } }
    }

    func settle() async throws { try await stored.settle() }

    func writeSoon(
        _ body: @escaping @Sendable (any Connection) throws -> Void, ended: @escaping @Sendable ((any Error)?) -> Void
    ) {
        stored.writeSoon({ try body(self.opening($0)) }, ended: ended)
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
        try await withKeys { try await self.stored.read { try body(self.opening($0)) } }
    }

    func readHere<T>(_ body: (any Connection) throws -> T) throws -> T? {
        do {
            return try stored.readHere { try body(opening($0)) }
        } catch is UnknownKeys {
            // They are fetched where one may wait.
            return nil
        }
    }

    func stream<Chunk: Sendable>(
        _ body: @escaping @Sendable (any Connection, _ emit: (Chunk) throws -> Void) throws -> Void
    ) -> AsyncThrowingStream<Chunk, any Error> {
        stored.stream { connection, emit in
            do {
                try body(self.opening(connection), emit)
            } catch is UnknownKeys {
                throw PlatformError(
                    .unableToLockRow, "The keys of encrypted fields changed at this moment. Repeat the call.")
            }
        }
    }

    func scrub() async throws { try await stored.scrub() }

    func integrityCheck() async throws -> [String] { try await stored.integrityCheck() }

    func close() async { await stored.close() }

    private func opening(_ connection: any Connection) -> any Connection {
        let held = held.withLock { $0 }
        return held.keys.isEmpty
            ? connection : OpeningConnection(connection, held.keys, secretsState: held.state)
    }

    private func withKeys<T>(_ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch let unknown as UnknownKeys {
            try await fetchKeys(of: unknown.state)
            return try await work()
        }
    }
}

/// The secrets have changed since this process fetched them.
struct UnknownKeys: Error {
    let state: Int64
}
