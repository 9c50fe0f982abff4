import Testing

@testable import Identity

struct PasswordHashTests {
    private let cheap = ScryptParameters(logRounds: 4, blockSize: 8, parallelism: 1)

    @Test func `the right password matches and a wrong one does not`() throws {
        let hash = try PasswordHash(password: "correct horse battery", parameters: cheap)
        #expect(try hash.matches("correct horse battery"))
        #expect(try !hash.matches("correct horse batterz"))
        #expect(try !hash.matches(""))
    }

    @Test func `the text form says its parameters and reads back`() throws {
        let hash = try PasswordHash(password: "預かり物の合言葉です", parameters: cheap)
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        let read = try #require(PasswordHash(hash.text))
        #expect(read.parameters == cheap)
        #expect(try read.matches("預かり物の合言葉です"))
    }

    @Test func `two hashes of one password differ`() throws {
        let a = try PasswordHash(password: "same", parameters: cheap)
        let b = try PasswordHash(password: "same", parameters: cheap)
        #expect(a.text != b.text)
    }

    @Test func `composed and decomposed letters are one password`() throws {
        let hash = try PasswordHash(password: "caf\u{e9} noir très", parameters: cheap)
        #expect(try hash.matches("cafe\u{301} noir tre\u{300}s"))
    }

    @Test(arguments: [
        "", "$scrypt$", "plain", "$bcrypt$ln=4,r=8,p=1$AAAA$AAAA", "$scrypt$ln=99,r=8,p=1$AAAA$AAAA",
        "$scrypt$ln=4,r=8$AAAA$AAAA", "$scrypt$ln=4,r=8,p=1$AAAA$AAAA", "$scrypt$ln=-4,r=8,p=1$AAAA$AAAA",
    ])
    func `a damaged hash is no hash`(text: String) { #expect(PasswordHash(text) == nil) }

    @Test func `the test vector of RFC 7914 comes out`() throws {
        // N = 1024, r = 8, p = 16, password "password", salt "NaCl": the first 32 bytes.
        let hash = try #require(
            PasswordHash("$scrypt$ln=10,r=8,p=16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI=")
        )
        #expect(try hash.matches("password"))
    }
}
