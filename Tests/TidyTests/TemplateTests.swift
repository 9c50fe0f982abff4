import Testing

struct TemplateTests {
    static let rules = [
        Rule(
            words: ["{{{", "{{&"],
            advice: "everything is escaped; markup comes from the template alone",
            inComments: true
        ),
        Rule(words: ["<script>"], advice: "no inline script: a file in Resources/scripts, linked with its hash"),
        Rule(words: ["<style", " style="], advice: "no inline style: a class, and a file in Resources/styles"),
        Rule(
            words: [" onclick=", " onsubmit=", " onchange=", " onload=", " oninput=", "javascript:"],
            advice: "no inline handler: a script file that looks for a data attribute"
        ),
    ]

    @Test(arguments: rules)
    func `templates hold no unescaped output, script or style`(rule: Rule) throws {
        let findings = try Checkout.files(in: ["Sources"], endings: ["mustache"]).flatMap(rule.findings)
        #expect(findings.isEmpty, "\(findings.joined(separator: "\n"))")
    }
}
