import AzukariTesting
import Engine
import Records
import Testing

@testable import Identity

struct SecondFactorTests {
    // MARK: Apps

    @Test func `whoever has an app is asked for its code after the password, once for each`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            let secret = try await desk.authenticator(of: session)
            let waiting = try await desk.waiting()
            #expect(waiting.kinds == [.totp])
            let code = desk.code(secret)
            let grant = try await desk.identity.finish(waiting.token, code: code, address: "192.0.2.1")
            #expect(grant.session.user == session.user)
            // The step is over, and so is the code.
            await #expect(throws: SignInRefusal.stepOver) {
                _ = try await desk.identity.finish(waiting.token, code: code, address: "192.0.2.1")
            }
            let again = try await desk.waiting()
            await #expect(throws: SignInRefusal.wrongCode) {
                _ = try await desk.identity.finish(again.token, code: code, address: "192.0.2.1")
            }
            desk.clock.advance(seconds: 30)
            _ = try await desk.identity.finish(again.token, code: desk.code(secret), address: "192.0.2.1")
        }
    }

    @Test func `an app counts once its first code was right`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            _ = try await desk.identity.startAuthenticator(of: session)
            #expect(try await desk.identity.factors(of: session).isEmpty)
            await #expect(throws: SignInRefusal.wrongCode) {
                try await desk.identity.confirmAuthenticator(named: "x", code: "000000", of: session)
            }
            _ = try await desk.session()
            // Whoever begins anew has another secret.
            let first = try await desk.identity.waitingAuthenticator(of: session)
            let second = try await desk.identity.startAuthenticator(of: session)
            #expect(first?.secret != second.secret)
            #expect(try await desk.identity.waitingAuthenticator(of: session)?.secret == second.secret)
        }
    }

    @Test func `five wrong codes ask for the password again, and guessing becomes slow from wherever`() async throws {
        try await Desk.run { desk in
            let secret = try await desk.authenticator(of: try await desk.session())
            let waiting = try await desk.waiting()
            for place in 0..<5 {
                desk.clock.advance(seconds: 40)
                await #expect(throws: SignInRefusal.wrongCode) {
                    _ = try await desk.identity.finish(
                        waiting.token, code: "00000\(place)", address: "192.0.2.\(place)")
                }
            }
            await #expect(throws: SignInRefusal.stepOver) {
                _ = try await desk.identity.finish(waiting.token, code: desk.code(secret), address: "192.0.2.1")
            }
            // And the right one is not even looked at while one has to wait.
            let again = try await desk.waiting()
            for place in 0..<3 {
                _ = try? await desk.identity.finish(again.token, code: "00000\(place)", address: "192.0.2.9")
            }
            await #expect(throws: SignInRefusal.wrongCode) {
                _ = try await desk.identity.finish(again.token, code: desk.code(secret), address: "198.51.100.1")
            }
        }
    }

    @Test func `the guesses at one user slow nobody else`() async throws {
        try await Desk.run { desk in
            let guessed = try await desk.authenticator(of: try await desk.session())
            let other = try await desk.authenticator(of: try await desk.session(Desk.other))
            for _ in 0..<6 {
                let waiting = try await desk.waiting()
                for _ in 0..<5 { _ = try? await desk.identity.finish(waiting.token, code: "000000", address: "") }
                desk.clock.advance(seconds: 90)
            }
            let waiting = try await desk.waiting(Desk.other)
            _ = try await desk.identity.finish(waiting.token, code: desk.code(other), address: "")
            let slow = try await desk.waiting()
            _ = try? await desk.identity.finish(slow.token, code: "000000", address: "")
            await #expect(throws: SignInRefusal.wrongCode) {
                _ = try await desk.identity.finish(slow.token, code: desk.code(guessed), address: "")
            }
        }
    }

    @Test func `a step is over after five minutes, and a made-up one never was`() async throws {
        try await Desk.run { desk in
            let secret = try await desk.authenticator(of: try await desk.session())
            let waiting = try await desk.waiting()
            desk.clock.advance(seconds: 301)
            for token in [waiting.token, "", "x", String(repeating: "a", count: 43)] {
                await #expect(throws: SignInRefusal.stepOver) {
                    _ = try await desk.identity.finish(token, code: desk.code(secret), address: "")
                }
            }
        }
    }

    @Test func `a program sends the code behind the password`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            func signIn(_ password: String) async throws -> Session {
                try await desk.identity.signIn(
                    username: Desk.username, password: password, address: "192.0.2.1",
                    application: SigningApplication(name: "SOAP", kind: .api, purposes: ["customerService"])
                ).session
            }
            #expect(try await signIn(Desk.password).user == session.user)
            let secret = try await desk.authenticator(of: session)
            let code = desk.code(secret)
            for wrong in [Desk.password, Desk.password + "000000", code + Desk.password, code] {
                await #expect(throws: SignInRefusal.wrongCredentials, "\(wrong)") { _ = try await signIn(wrong) }
                desk.clock.advance(seconds: 3600)
            }
            #expect(try await signIn(Desk.password + desk.code(secret)).user == session.user)
        }
    }

    @Test func `the secret of an app is not in the database`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            let secret = try await desk.authenticator(of: session)
            let rows = try await desk.engine.systemSession(as: .operator, reason: "test").query(
                "SELECT Secret FROM UserFactor")
            let kept = try #require(rows.first?["Secret"].text)
            #expect(!kept.contains(Base32.encode(secret.secret)) && kept.utf8.count > 40)
        }
    }

    // MARK: Codes on paper

    @Test func `a code on paper is good once, however it is typed`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            _ = try await desk.authenticator(of: session)
            let old = try await desk.identity.newRecoveryCodes(of: session)
            let codes = try await desk.identity.newRecoveryCodes(of: session)
            #expect(codes.count == 10 && Set(codes + old).count == 20)
            func finish(_ code: String) async throws {
                let waiting = try await desk.waiting()
                _ = try await desk.identity.finish(waiting.token, code: code, address: "192.0.2.1")
            }
            try await finish(codes[0].lowercased().replacing("-", with: " "))
            for code in [codes[0], old[1]] {
                await #expect(throws: SignInRefusal.wrongCode) { try await finish(code) }
            }
            try await finish(codes[1])
            #expect(try await desk.identity.factors(of: session).count { $0.kind == .recovery } == 8)
        }
    }

    @Test func `codes on paper alone ask nothing, and go with the last factor`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            _ = try await desk.identity.newRecoveryCodes(of: session)
            _ = try await desk.session()
            _ = try await desk.authenticator(of: session)
            _ = try await desk.waiting()
            let app = try #require(try await desk.identity.factors(of: session).first { $0.kind == .totp })
            // Nobody removes another's.
            let other = try await desk.session(Desk.other)
            try await desk.identity.removeFactor(app.id, of: other)
            #expect(try await desk.identity.factors(of: session).count == 11)
            try await desk.identity.removeFactor(app.id, of: session)
            #expect(try await desk.identity.factors(of: session).isEmpty)
            _ = try await desk.session()
        }
    }

    @Test func `an operator takes away what somebody has lost`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            _ = try await desk.authenticator(of: session)
            #expect(try await desk.identity.removeFactors(of: session.user) == 1)
            _ = try await desk.session()
        }
    }

    // MARK: Passkeys

    private func add(_ passkey: TestPasskey, to session: Session, _ desk: Desk) async throws {
        let waiting = try await desk.identity.startPasskeyRegistration(of: session)
        try await desk.identity.addPasskey(
            waiting.token, PasskeyAnswer(passkey.registered(waiting.challenge)), named: "Laptop", at: Desk.site,
            of: session)
    }

    private func finish(
        _ waiting: WaitingSignIn, _ answer: TestPasskey.Answer, _ desk: Desk
    ) async throws -> AccessGrant {
        try await desk.identity.finish(
            waiting.token, passkey: PasskeyAnswer(answer), at: Desk.site, address: "192.0.2.1")
    }

    @Test func `a passkey signs in alone, or after the password`() async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            var passkey = desk.passkey()
            try await add(passkey, to: session, desk)
            let alone = try await desk.identity.startPasskey(application: Desk.pages)
            passkey.count += 1
            #expect(try await finish(alone, passkey.used(alone.challenge), desk).session.user == session.user)
            let after = try await desk.waiting()
            #expect(after.kinds == [.passkey])
            #expect(try after.credentialIDs == [passkey.used("").credentialID])
            passkey.count += 1
            #expect(try await finish(after, passkey.used(after.challenge), desk).session.user == session.user)
            // A program has no page for it.
            await #expect(throws: SignInRefusal.wrongCredentials) {
                _ = try await desk.identity.signIn(
                    username: Desk.username, password: Desk.password, address: "",
                    application: SigningApplication(name: "SOAP", kind: .api, purposes: ["customerService"]))
            }
        }
    }

    @Test func `nobody takes the place of another by their own passkey`() async throws {
        try await Desk.run { desk in
            let (session, other) = (try await desk.session(), try await desk.session(Desk.other))
            let (own, theirs) = (desk.passkey(), desk.passkey())
            try await add(own, to: session, desk)
            try await add(theirs, to: other, desk)
            let waiting = try await desk.waiting()
            var used = theirs
            used.count += 1
            let answer = try used.used(waiting.challenge)
            await #expect(throws: SignInRefusal.self) { _ = try await finish(waiting, answer, desk) }
            // A passkey that is somebody's is nobody else's.
            await #expect(throws: SignInRefusal.self) { try await add(own, to: other, desk) }
            // And a step for one session is none for another.
            let register = try await desk.identity.startPasskeyRegistration(of: session)
            await #expect(throws: SignInRefusal.stepOver) {
                try await desk.identity.addPasskey(
                    register.token, PasskeyAnswer(desk.passkey().registered(register.challenge)), named: "",
                    at: Desk.site, of: other)
            }
        }
    }

    @Test(arguments: [
        "origin", "host", "challenge", "type", "nobody there", "not verified", "signature", "replay", "cloned",
        "framed", "unknown", "garbage",
    ])
    func `an answer that is not right signs nobody in`(wrong: String) async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            var passkey = desk.passkey()
            passkey.count = 7
            try await add(passkey, to: session, desk)
            let waiting = try await desk.identity.startPasskey(application: Desk.pages)
            passkey.count = 8
            let good = try passkey.used(waiting.challenge)
            var bad = passkey
            var answer = good
            switch wrong {
            case "origin": bad.origin = "https://desk.example.evil"
            case "host": bad.host = "evil.example"
            case "nobody there": bad.flags = 0x04
            case "not verified": bad.flags = 0x01
            case "cloned": bad.count = 7
            case "framed": bad.isFramed = true
            case "unknown": bad.id = Secret.randomBytes(32)
            default: break
            }
            answer = try bad.used(
                wrong == "challenge" ? Base64URL.encode(Secret.randomBytes(32)) : waiting.challenge,
                type: wrong == "type" ? "webauthn.create" : "webauthn.get")
            if wrong == "signature" {
                answer = good
                answer.signature = try desk.passkey().used(waiting.challenge).signature
            }
            if wrong == "garbage" {
                (answer.clientData, answer.authenticatorData, answer.signature) = ("!", "AAAA", "")
            }
            if wrong == "replay" { _ = try await finish(waiting, good, desk) }
            await #expect(throws: SignInRefusal.self, "\(wrong)") { _ = try await finish(waiting, answer, desk) }
            // The challenge was good once: even the right answer is too late.
            await #expect(throws: SignInRefusal.stepOver) { _ = try await finish(waiting, good, desk) }
        }
    }

    @Test(arguments: ["origin", "host", "challenge", "type", "not verified", "other key", "algorithm", "long id"])
    func `a passkey that is not right is not taken`(wrong: String) async throws {
        try await Desk.run { desk in
            let session = try await desk.session()
            let waiting = try await desk.identity.startPasskeyRegistration(of: session)
            var passkey = desk.passkey()
            switch wrong {
            case "origin": passkey.origin = "http://desk.example"
            case "host": passkey.host = "example"
            case "not verified": passkey.flags = 0x01
            case "algorithm": passkey.algorithm = -8
            case "long id": passkey.id = Secret.randomBytes(1024)
            default: break
            }
            var answer = passkey.registered(
                wrong == "challenge" ? "AAAA" : waiting.challenge,
                type: wrong == "type" ? "webauthn.get" : "webauthn.create")
            if wrong == "other key" {
                answer.publicKey = desk.passkey().registered(waiting.challenge).publicKey
            }
            await #expect(throws: SignInRefusal.self) {
                try await desk.identity.addPasskey(
                    waiting.token, PasskeyAnswer(answer), named: "", at: Desk.site, of: session)
            }
            #expect(try await desk.identity.factors(of: session).isEmpty)
        }
    }
}
