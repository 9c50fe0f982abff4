import Testing

struct SourceTests {
    /// What stands in no source.
    static let rules = [
        Rule(
            words: ["Date()", "Date.now", "ContinuousClock()", "SuspendingClock()"],
            advice: "take the time from Environment.now, so that a test can set it"
        ),
        Rule(
            words: ["UUID()", "SystemRandomNumberGenerator", "arc4random"],
            advice: "take chance from Environment.randomBytes, so that a seed replays a run",
            except: ["Sources/Records/Environment+System.swift", "Sources/AzukariTesting/"]
        ),
        Rule(
            words: [".random(in:", ".shuffled()", ".randomElement()"],
            advice: "take chance from Environment.randomBytes, or hand a generator in",
            unless: "using:"
        ),
        Rule(
            words: ["Task {", "Task.detached", "Task.immediate"],
            advice: "use a task group or `async let`; only the command's composition starts tasks",
            except: ["Sources/azukari/"]
        ),
        Rule(words: ["try!", "as!"], advice: "handle the other case, or say by precondition why there is none"),
        Rule(words: ["fatalError("], advice: "throw a PlatformError, or use a precondition that says what must hold"),
        Rule(
            words: ["sqlite3_", "import CSQLite"],
            advice: "the database is reached through the Store protocol",
            except: ["Sources/Store/SQLite/"]
        ),
        Rule(
            words: ["import CPostgreSQL"], advice: "the database is reached through the Store protocol",
            except: ["Sources/Store/PostgreSQL/"]
        ),
        Rule(words: ["import CLibXML2"], advice: "XML is read through Formats", except: ["Sources/Formats/"]),
        Rule(words: ["print("], advice: "log it, or tell it by the command's terminal", except: ["Sources/azukari/"]),
    ]

    @Test(arguments: rules)
    func `sources keep to their seams`(rule: Rule) throws {
        let findings = try Checkout.files(in: ["Sources"], endings: ["swift"]).flatMap(rule.findings)
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    /// What stands in no file at all. In two pieces each, since this file is read too.
    static let marks = [
        Rule(
            words: ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"],
            advice: "do it now, or record why not in docs/decisions", inComments: true
        ),
        Rule(
            words: ["/wo" + "rk/", "/ro" + "ot/", "/opt/sw" + "ift", "/ho" + "me/"],
            advice: "a path of one machine; take it from an option or the environment", inComments: true
        ),
    ]

    @Test(arguments: marks)
    func `no mark and no path of one machine is left behind`(rule: Rule) throws {
        let folders = ["Sources", "Tests", "Benchmarks", "script", ".ci", "docs"]
        let endings: Set = ["swift", "py", "sh", "js", "css", "mustache", "sql", "md", ""]
        let files = try Checkout.files(in: folders, endings: endings)
        let findings = files.flatMap(rule.findings)
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }

    @Test
    func `only the door imports what lies below it`() throws {
        let rule = Rule(
            words: ["import Store", "import Vault", "import Ledger"],
            advice: "wings and edges ask the Engine; what it does not offer is added there"
        )
        let above = ["Identity", "Privacy", "Reports", "HTTP", "API", "Web", "azukari"].map { "Sources/\($0)" }
        let findings = try Checkout.files(in: above, endings: ["swift"]).flatMap(rule.findings)
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }
}
