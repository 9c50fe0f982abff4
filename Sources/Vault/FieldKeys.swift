import Crypto
public import Records
import Synchronization

/// The keys of encrypted fields: one pair for each field and version of the tenant secret, derived when it is first needed.
///
/// What was read from the key store at one moment; secrets that were destroyed are not in it.
public final class FieldKeys: Sendable {
    /// The version under which is sealed from now on; nil where there is none.
    public let active: Int?
    /// What can be opened.
    public let versions: Set<Int>
    /// Whether no field was ever encrypted.
    public var isEmpty: Bool { secrets.isEmpty && !hasDestroyed }
    private let hasDestroyed: Bool
    private let secrets: [Int: SymmetricKey]
    private let derived = Mutex<[Place: Pair]>([:])

    struct Place: Hashable {
        let version: Int
        let field: Int
    }

    struct Pair: Sendable {
        let sealing: SymmetricKey
        /// For the keyed numbers of equal texts.
        let telling: SymmetricKey
    }

    init(active: Int?, secrets: [Int: SymmetricKey], hasDestroyed: Bool) {
        self.hasDestroyed = hasDestroyed
        self.active = active
        self.secrets = secrets
        versions = Set(secrets.keys)
    }

    /// HKDF-SHA256 (RFC 5869) of the version's secret; nil where it was destroyed, or is not known.
    func pair(_ place: Place) -> Pair? {
        if let known = derived.withLock({ $0[place] }) { return known }
        guard let secret = secrets[place.version] else { return nil }
        func derive(_ use: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret, info: Array("field \(place.field) \(use)".utf8), outputByteCount: 32)
        }
        let pair = Pair(sealing: derive("sealing"), telling: derive("telling"))
        derived.withLock { $0[place] = pair }
        return pair
    }

    /// What a text's sealed values begin with, whichever they are: the same for equal texts alone.
    ///
    /// - Returns: Nil for a scheme that does not tell equal texts, and where the version's secret was destroyed.
    public func beginning(of text: String, _ encryption: FieldEncryption, version: Int) -> String? {
        guard encryption.scheme.isDeterministic,
            let pair = pair(Place(version: version, field: encryption.number))
        else { return nil }
        let told = encryption.scheme == .caseInsensitive ? text.lowercased() : text
        let code = HMAC<SHA256>.authenticationCode(for: Array(told.utf8), using: pair.telling)
        let head = SealedValue.head(encryption.scheme, version: version, field: encryption.number)
        return head + SealedValue.hexadecimal(code.prefix(SealedValue.toldBytes))
    }
}
