import Records
import Testing

@testable import Identity

struct PasswordRulesTests {
    private let rules = PasswordRules(names: ["hana.sato@example.com", "Hana", "Sato", "青葉リゾート"])

    @Test(arguments: [
        "correct horse battery", "a better password than before", "the password of a test", "みどりの山に雪が降る冬の朝です",
        "x9#Kq2!vLw8@ZpR", "Sato and the seven dwarfs", "                tiny mice dance   ",
    ])
    func `what nobody would try is taken, without any mixture of signs`(password: String) throws {
        try rules.check(password)
    }

    @Test(arguments: [
        "", "short", "fourteen signs", "hana.sato@example.com", "HanaSatoHanaSato", "Sato1234567890Sato",
        "passwordpassword", "Password-Azukari-1", "aaaaaaaaaaaaaaaaaaaa", "abababababababababab", "abcdefghijklmnop",
        "qwertyuiopasdfghjkl", "123456789012345", "987654321098765", "青葉リゾート青葉リゾート青葉",
        "example.com example.com", String(repeating: "x", count: 1025),
    ])
    func `what is short, or what one would try first, is refused`(password: String) {
        #expect(throws: PlatformError(.invalidNewPassword, "")) { try rules.check(password) }
    }
}
