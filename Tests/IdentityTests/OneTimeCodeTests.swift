import Records
import Testing

@testable import Identity

struct OneTimeCodeTests {
    /// RFC 6238, appendix B: the last six of its eight digits.
    @Test(
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)])
    func `the codes are those of the standard`(second: Int64, code: String) {
        let secret = OneTimeCode(secret: Array("12345678901234567890".utf8))
        #expect(secret.code(of: second / 30) == code)
        #expect(secret.step(of: code, at: Instant(milliseconds: second * 1000)) == second / 30)
    }

    @Test(arguments: [(-61, false), (-30, true), (0, true), (30, true), (61, false)] as [(Int64, Bool)])
    func `a clock may go apart by one step`(seconds: Int64, isTaken: Bool) {
        let code = OneTimeCode(secret: Secret.randomBytes(20))
        let now = Instant(milliseconds: 1_800_000_015_000)
        let shown = code.code(of: now.adding(seconds: seconds).milliseconds / 30_000)
        #expect((code.step(of: shown, at: now) != nil) == isTaken)
    }

    @Test(arguments: ["", "1", "12345", "1234567", "abcdef", "１２３４５６"])
    func `what is no code is none`(text: String) {
        let code = OneTimeCode(secret: Array("12345678901234567890".utf8))
        #expect(code.step(of: text, at: Instant(milliseconds: 59_000)) == nil)
    }

    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI"),
    ])
    func `secrets are written in base 32`(text: String, expected: String) {
        #expect(Base32.encode(Array(text.utf8)) == expected)
    }

    @Test func `an app reads the address`() {
        let code = OneTimeCode(secret: Array("12345678901234567890".utf8))
        #expect(
            code.address(issuer: "Azukari (青葉 & Co)", account: "me@example.com")
                == "otpauth://totp/Azukari%20%28%E9%9D%92%E8%91%89%20%26%20Co%29:me%40example.com"
                + "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Azukari%20%28%E9%9D%92%E8%91%89%20%26%20Co%29"
                + "&algorithm=SHA1&digits=6&period=30")
    }
}
