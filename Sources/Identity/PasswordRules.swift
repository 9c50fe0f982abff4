import Records

/// What a new password must not be (NIST SP 800-63B-4, section 3.1.1.2): too short, or what one would try first. Mixtures of
/// signs are not asked for, and none grows old.
struct PasswordRules {
    /// The user's own names and the organisation's.
    let names: [String]

    private static let tried = [
        "azukari", "password", "passwort", "motdepasse", "パスワード", "salesforce", "welcome", "letmein",
    ]
    private static let rows = [
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "あいうえおかきくけこさしすせそ",
    ]
    /// Four keys of a row, in either direction.
    private static let runs = rows.flatMap { [$0, String($0.reversed())] }.flatMap { row in
        (0...row.count - 4).map { String(row.dropFirst($0).prefix(4)) }
    }
    /// So many different pairs of letters must be left of it without all that.
    private static let ownPairsMin = 8

    /// - Throws: `INVALID_NEW_PASSWORD`.
    func check(_ password: String) throws {
        guard password.count >= Identity.passwordLengthMin, password.utf8.count <= Identity.passwordLengthMax else {
            throw PlatformError(
                .invalidNewPassword,
                "A password has at least \(Identity.passwordLengthMin) characters. Choose a longer one: several words are "
                    + "better than few signs.")
        }
        guard ownPairs(password) >= Self.ownPairsMin else {
            throw PlatformError(
                .invalidNewPassword,
                "This password is one that others would try: a name, a row of keys, a word that everybody takes, or few "
                    + "letters again and again. Choose another.")
        }
    }

    /// How many different pairs of letters there are without names, usual words and rows of keys.
    private func ownPairs(_ password: String) -> Int {
        var rest = Self.plain(password)
        let parts = names.flatMap { [$0] + $0.split(whereSeparator: { !$0.isLetter }).map(String.init) }
        for word in (Self.tried + parts.map(Self.plain)).filter({ $0.count >= 3 }).sorted(by: { $0.count > $1.count }) {
            rest = rest.replacing(word, with: " ")
        }
        for run in Self.runs { rest = rest.replacing(run, with: " ") }
        let letters = Array(rest)
        let pairs = zip(letters, letters.dropFirst()).filter { $0 != $1 && $0 != " " && $1 != " " }
        return Set(pairs.map { "\($0)\($1)" }).count
    }

    private static func plain(_ text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}
