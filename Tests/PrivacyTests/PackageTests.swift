import AzukariTesting
import Engine
import Formats
import Foundation
import Records
import Testing

@testable import Privacy

#if canImport(FoundationXML)
    import FoundationXML
#endif

struct PackageTests {
    private static func package(_ guest: Guest, _ company: Company, language: String = "ja") async throws
        -> PersonPackage
    {
        try await Packages(company.administrator, environment: company.clock.environment)
            .make(of: company[guest], for: nil, language: language)
    }

    private static func file(_ name: String, _ package: PersonPackage) throws -> PersonPackage.File {
        try #require(package.files.first { $0.name == name })
    }

    @Test func `the manifest tells every file as it is`() async throws {
        try await withCompany { company in
            let package = try await Self.package(.hanako, company)
            let bytes = try Self.file("manifest.json", package).bytes
            let manifest = try JSONValue(bytes, bytesMax: 1 << 20)
            let listed = try #require(manifest["files"]?.elements)
            #expect(listed.count == package.files.count - 1)
            for entry in listed {
                let file = try Self.file(#require(entry["name"]?.string), package)
                #expect(entry["sha256"]?.string == file.hash)
                #expect(entry["bytes"]?.integer == Int64(file.bytes.count))
            }
            #expect(package.files.last?.name == "manifest.json")
            #expect(manifest["person"]?.string == company.individual(.hanako).description)
        }
    }

    @Test func `CSV, JSON and XML hold the same records`() async throws {
        try await withCompany { company in
            let package = try await Self.package(.hanako, company)
            var reader = CSVReader()
            reader.feed(try Self.file("csv/Case.csv", package).bytes)
            reader.finish()
            var cases: [[String: String]] = []
            while case .row = try reader.next() {
                #expect(reader.fault == nil)
                cases.append(Dictionary(uniqueKeysWithValues: zip(reader.header, reader.strings())))
            }
            #expect(cases.map { $0["Subject"] } == ["10月の予約の確認"])

            let json = try JSONValue(try Self.file("data.json", package).bytes, bytesMax: 1 << 20)
            #expect(json["records"]?["Case"]?.elements?.first?["Subject"]?.string == "10月の予約の確認")
            #expect(json["records"]?["Contact"]?.elements?.first?["Id"]?.string == company[.hanako].description)

            let xml = try Self.file("data.xml", package).bytes
            let subjects = Subjects()
            let parser = XMLParser(data: Data(xml))
            parser.delegate = subjects
            #expect(parser.parse())
            #expect(subjects.found.contains("10月の予約の確認"))
        }
    }

    @Test func `the schema describes what the data has`() async throws {
        try await withCompany { company in
            let package = try await Self.package(.hanako, company)
            let schema = try JSONValue(try Self.file("data.schema.json", package).bytes, bytesMax: 1 << 20)
            let data = try JSONValue(try Self.file("data.json", package).bytes, bytesMax: 1 << 20)
            let described = schema["properties"]?["records"]?["properties"]
            for object in try #require(data["records"]?.members) {
                let fields = try #require(described?[object.name]?["items"]?["properties"])
                for record in object.value.elements ?? [] {
                    for field in record.members ?? [] {
                        #expect(fields[field.name] != nil, "\(object.name).\(field.name)")
                    }
                }
            }
        }
    }

    @Test func `records of others are counted and not copied`() async throws {
        try await withCompany { company in
            let package = try await Self.package(.hina, company)
            let manifest = try JSONValue(try Self.file("manifest.json", package).bytes, bytesMax: 1 << 20)
            #expect((manifest["mentionedInRecordsOfOthers"]?["Case"]?.integer ?? 0) >= 1)
            for file in package.files {
                #expect(!String(decoding: file.bytes, as: UTF8.self).contains("10月の予約"), "\(file.name)")
            }
        }
    }

    @Test(arguments: [("ja", "あなたの個人データ", "利用目的"), ("en", "Your data", "Legal basis")])
    func `the cover speaks the person's language and escapes what was typed`(
        language: String, title: String, column: String
    ) async throws {
        try await withCompany { company in
            try await company.administrator.updateRow(
                "Individual", company.individual(.hanako), ["LastName": "<b>佐藤 & \"花\""]
            )
            let package = try await Self.package(.hanako, company, language: language)
            let cover = String(decoding: try Self.file("cover.html", package).bytes, as: UTF8.self)
            #expect(cover.contains("<html lang=\"\(language)\">"))
            #expect(cover.contains(title) && cover.contains(column))
            #expect(cover.contains("&lt;b&gt;佐藤 &amp;"))
            #expect(!cover.contains("<b>"))
            #expect(!cover.contains("{organisation}") && !cover.contains("{made}"))
        }
    }

    @Test func `it is written once, for its owner alone`() async throws {
        try await withCompany { company in
            let package = try await Self.package(.hanako, company)
            #expect(try package.zip().starts(with: [0x50, 0x4B]))
            let folder = company.folder + "-package"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try package.write(to: folder)
            let written = try #require(FileManager.default.contents(atPath: folder + "/csv/Contact.csv"))
            #expect(try Array(written) == Self.file("csv/Contact.csv", package).bytes)
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/data.json")[.posixPermissions]
            #expect(mode as? Int == 0o600)
            #expect(throws: PlatformError(.invalidOperation, "")) { try package.write(to: folder) }
        }
    }

    @Test func `a package is made only by those who may act for persons`() async throws {
        try await withCompany { company in
            await #expect(throws: PlatformError(.insufficientAccess, "")) {
                try await Packages(company.agent, environment: company.clock.environment)
                    .make(of: company[.hanako], for: nil, language: "ja")
            }
        }
    }

    /// Collects the texts of the elements named Subject.
    private final class Subjects: NSObject, XMLParserDelegate {
        var found: [String] = []
        private var text: String?

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) { text = name == "Subject" ? "" : nil }

        func parser(_ parser: XMLParser, foundCharacters string: String) { text? += string }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            if let text { found.append(text) }
            text = nil
        }
    }
}
