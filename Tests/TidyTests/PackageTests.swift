import Testing

struct PackageTests {
    @Test
    func `targets have no arrow that the map does not show`() throws {
        let allowed = try table("docs/architecture.md", from: "| target | holds | may import |", key: 0, value: 2)
        #expect(allowed.count >= 13, "the table of docs/architecture.md is not found")
        let targets = try PackageManifest.targets().filter { $0.kind != "testTarget" && $0.kind != "systemLibrary" }
        #expect(Set(targets.map(\.name)) == Set(allowed.keys), "docs/architecture.md shows other targets")
        for target in targets {
            let arrows = Set(target.targets).filter { !$0.hasPrefix("C") }
            let extra = arrows.subtracting(allowed[target.name] ?? [])
            #expect(
                extra.isEmpty,
                "Package.swift: \(target.name) may not depend on \(extra.sorted()): docs/architecture.md does not show it"
            )
        }
    }

    @Test
    func `packages are imported where their line says`() throws {
        let allowed = try table("docs/dependencies.md", from: "| dependency | what for |", key: 0, value: 2)
        for target in try PackageManifest.targets() where target.kind != "testTarget" {
            for package in target.packages {
                let importers = allowed[package]
                #expect(importers != nil, "docs/dependencies.md: a line for \(package) is missing")
                #expect(
                    importers?.contains(target.name) ?? true,
                    "docs/dependencies.md: \(target.name) uses \(package), and its line does not say so"
                )
            }
        }
    }

    @Test
    func `every target is strict about what it imports`() throws {
        let targets = try PackageManifest.targets().filter { $0.kind != "systemLibrary" }
        #expect(targets.filter { !$0.isStrict }.map(\.name) == [])
    }

    /// Two columns of a table in a document: names to lists of names.
    private func table(_ path: String, from head: String, key: Int, value: Int) throws -> [String: Set<String>] {
        let lines = try Checkout.text(path).lines
        let start = try #require(lines.firstIndex { $0.hasPrefix(head) }, "\(path) has no line \(head)")
        var table: [String: Set<String>] = [:]
        for line in lines[(start + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = line.split(separator: "|").map { $0.filter { $0 != "`" && $0 != "*" } }
            func names(_ cell: String) -> [String] {
                cell.split(separator: ",").map { $0.filter { $0 != " " } }.filter { $0 != "–" }
            }
            let name = cells[key].split(separator: "(")[0].filter { $0 != " " }
            table[String(name)] = Set(names(cells[value]))
        }
        return table
    }
}
