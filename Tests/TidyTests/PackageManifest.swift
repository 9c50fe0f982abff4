/// What `Package.swift` declares, read as text: enough for a list of targets in the form that ours has.
struct PackageManifest {
    struct Target {
        let kind: String
        let name: String
        let targets: [String]
        let packages: [String]
        let isStrict: Bool
    }

    static func targets() throws -> [Target] {
        let text = try Checkout.text("Package.swift").lines
            .filter { !$0.drop(while: { $0 == " " }).hasPrefix("//") }.joined(separator: "\n")
        return ["target", "executableTarget", "testTarget", "systemLibrary"].flatMap { kind in
            calls(of: ".\(kind)(", in: text).compactMap { call in
                guard let name = quoted(call).first else { return nil }
                let start = call.firstRange(of: "dependencies: [")?.upperBound
                let dependencies = start.map { bracketed(call[$0...]) } ?? ""
                let products = calls(of: ".product(", in: String(dependencies)).map(quoted)
                var targets = quoted(dependencies)
                for product in products { for name in product { targets.removeAll { $0 == name } } }
                return Target(
                    kind: kind, name: name, targets: targets, packages: products.compactMap(\.last),
                    isStrict: call.contains("swiftSettings: strict")
                )
            }
        }
    }

    /// The insides of the parentheses of each call.
    private static func calls(of start: String, in text: String) -> [String] {
        text.ranges(of: start).map { range in
            var depth = 1
            let inside = text[range.upperBound...].prefix { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return depth > 0
            }
            return String(inside)
        }
    }

    private static func bracketed(_ text: Substring) -> Substring {
        var depth = 1
        return text.prefix { character in
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            return depth > 0
        }
    }

    private static func quoted(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
