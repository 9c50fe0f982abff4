import Engine
import HTTP
import Hummingbird
import Identity
import Records

/// Which fields are encrypted, how, and under which tenant secrets.
enum EncryptionPage {
    /// What the page shows.
    struct Page: Sendable {
        let token: String
        let errors: Notice?
        let fields: [FieldRow]
        let hasFields: Bool
        let groups: [Group]
        let schemes: [Option]
        let secrets: [SecretRow]
        let hasSecrets: Bool
    }

    struct FieldRow: Sendable {
        let name: String
        let object: String
        let path: String
        let scheme: String
        let secret: String
        let values: String
        let state: StateWord
        /// Nil while its values are being brought to another form.
        let decrypts: String?
    }

    /// The fields of an object that can be encrypted.
    struct Group: Sendable {
        let label: String
        let fields: [Choice]
    }

    struct Option: Sendable {
        let value: String
        let label: String
        let hint: String
        let isChosen: Bool
    }

    struct SecretRow: Sendable {
        let version: String
        let state: StateWord
        let from: String
        let made: TimeView
        /// Where its export is; nil where there is nothing to export.
        let href: String?
        /// Nil where it is not to be destroyed.
        let destroys: String?
    }

    static let path = "/encryption"

    static func show(_ visit: Visit) async throws -> Response {
        guard visit.setsEncryption else { throw NothingHere() }
        try await visit.checkProof()
        return try await show(visit, typed: nil, errors: nil)
    }

    private static func show(_ visit: Visit, typed: FormFields?, errors: Notice?) async throws -> Response {
        let words = visit.words
        let fields = try await visit.session.encryptedFields()
        let secrets = try await visit.session.fieldSecrets()
        let chosen = typed?["scheme"] ?? FieldEncryption.Scheme.probabilistic.rawValue
        let page = Page(
            token: visit.token.text, errors: errors, fields: fields.map { row($0, visit) }, hasFields: !fields.isEmpty,
            groups: groups(visit, chosen: typed?["field"]),
            schemes: FieldEncryption.Scheme.allCases.map { scheme in
                Option(
                    value: scheme.rawValue, label: words("encryption.\(scheme.rawValue)"),
                    hint: words("encryption.\(scheme.rawValue)_hint"), isChosen: scheme.rawValue == chosen)
            },
            secrets: secrets.reversed().map { row($0, visit) }, hasSecrets: !secrets.isEmpty)
        return visit.page(
            "encryption", title: words("encryption.title"), at: nil, page,
            status: errors == nil ? .ok : .unprocessableContent)
    }

    /// Encrypts or decrypts a field.
    static func change(_ visit: Visit) async throws -> Response {
        guard visit.setsEncryption else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        let parts = (form["field"] ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw NothingHere() }
        do {
            switch form["act"] {
            case "encrypt":
                guard let scheme = form["scheme"].flatMap(FieldEncryption.Scheme.init),
                    let object = visit.schema.object(parts[0]), let field = object.field(parts[1])
                else { throw NothingHere() }
                let schemes = object.encryptionSchemes(of: field)
                guard schemes.contains(scheme) else {
                    return try await show(visit, typed: form, errors: unfit(schemes, visit))
                }
                try await visit.session.encrypt(parts[1], of: parts[0], scheme)
            case "decrypt": try await visit.session.decrypt(parts[1], of: parts[0])
            default: throw NothingHere()
            }
        } catch let error as PlatformError where error.code == .invalidOperation {
            return try await show(visit, typed: form, errors: refused("encryption.busy", at: "#field", visit))
        }
        return .seeOther(path, told: .encryptionSaved)
    }

    /// Makes a tenant secret, or destroys one.
    static func changeSecrets(_ visit: Visit) async throws -> Response {
        guard visit.setsEncryption else { throw NothingHere() }
        let form = try await visit.form()
        try await visit.checkProof(back: path, within: 3600)
        do {
            switch form["act"] {
            case "rotate": try await visit.session.rotateFieldSecret()
            case "destroy":
                guard let version = form["version"].flatMap({ Int($0) }) else { throw NothingHere() }
                try await visit.session.destroyFieldSecret(version)
            default: throw NothingHere()
            }
        } catch let error as PlatformError where error.code == .invalidOperation {
            return try await show(visit, typed: nil, errors: refused("encryption.in_use", at: "#secrets", visit))
        }
        return .seeOther(path, told: .encryptionSaved)
    }

    /// A tenant secret as a file, wrapped.
    static func export(_ visit: Visit) async throws -> Response {
        guard visit.setsEncryption, let version = visit.parameters.get("version").flatMap({ Int($0) }) else {
            throw NothingHere()
        }
        try await visit.checkProof()
        let secret: [UInt8]
        do { secret = try await visit.session.exportFieldSecret(version) } catch let error as PlatformError
            where error.code == .invalidOperation
        {
            throw NothingHere()
        }
        return .file(secret, name: "tenant-secret-\(version).azukari", type: "application/octet-stream")
    }

    // MARK: Pieces

    private static func refused(_ reason: String, at place: String, _ visit: Visit) -> Notice {
        .failed(
            visit.words("encryption.not_saved"), items: [Notice.Item(href: place, text: visit.words(reason))])
    }

    /// A field that cannot be encrypted as was chosen.
    private static func unfit(_ schemes: [FieldEncryption.Scheme], _ visit: Visit) -> Notice {
        let words = visit.words
        if schemes.isEmpty { return refused("encryption.field_hint", at: "#field", visit) }
        let names = schemes.map { words("encryption.\($0.rawValue)") }.joined(separator: words.language.comma)
        return .failed(
            words("encryption.not_saved"),
            items: [
                Notice.Item(
                    href: "#scheme-\(schemes[0].rawValue)", text: words("encryption.unfit", ["schemes": names]))
            ])
    }

    private static func row(_ field: EncryptedField, _ visit: Visit) -> FieldRow {
        let words = visit.words
        let object = visit.schema.object(field.object)
        let label = object?.field(field.field)?.label(words.language) ?? field.field
        let left = field.values - field.settled
        let state: StateWord
        if field.encryption.isSettled {
            state = left == 0 ? .may(words("encryption.done")) : .warning(words.count("encryption.unreadable", left))
        } else {
            state = .soon(words(field.encryption.isSealing ? "encryption.encrypting" : "encryption.decrypting"))
        }
        return FieldRow(
            name: label, object: object?.label(words.language) ?? field.object, path: "\(field.object).\(field.field)",
            scheme: words("encryption.\(field.encryption.scheme.rawValue)"),
            secret: String(field.encryption.version),
            values: words(
                "encryption.values", ["done": String(field.settled), "all": String(field.values)]),
            state: state, decrypts: field.encryption.isSettled ? "decrypt" : nil)
    }

    private static func row(_ secret: TenantSecret, _ visit: Visit) -> SecretRow {
        let words = visit.words
        let state: StateWord =
            switch secret.state {
            case .active: .may(words("encryption.active"))
            case .archived: .done(words("encryption.archived"))
            case .destroyed: .erased(words("encryption.destroyed"))
            }
        return SecretRow(
            version: String(secret.version), state: state,
            from: words(secret.isUploaded ? "encryption.uploaded" : "encryption.generated"),
            made: visit.dates.view(secret.created),
            href: secret.state == .destroyed ? nil : "\(path)/secrets/\(secret.version)",
            destroys: secret.state == .archived ? String(secret.version) : nil)
    }

    private static func groups(_ visit: Visit, chosen: String?) -> [Group] {
        let language = visit.words.language
        return visit.schema.objects.compactMap { object in
            let fields = object.fields.filter { $0.encryption == nil && !object.encryptionSchemes(of: $0).isEmpty }
            guard !fields.isEmpty else { return nil }
            return Group(
                label: object.label(language),
                fields: fields.map { field in
                    let path = "\(object.name).\(field.name)"
                    return Choice(path, field.label(language), isChosen: path == chosen)
                })
        }.sorted { $0.label < $1.label }
    }
}

extension Visit {
    /// Whether this session decides how records lie in the database.
    var setsEncryption: Bool { setsSharing }
}
