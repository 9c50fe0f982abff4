import Engine
import Hummingbird
import Privacy
import Records

/// Everything that is held of a person, as files to take along.
enum PackageDownload {
    /// The forms, as links.
    static func links(_ person: RecordID, _ words: Words) -> [PlaceLink] {
        [("zip", "request.package_zip"), ("json", "request.package_json"), ("xml", "request.package_xml")].map {
            form, key in
            PlaceLink(href: "/people/\(person)/package/\(form)", label: words(key), isCurrent: false)
        }
    }

    /// The package whole (a table of each object, JSON, XML, the cover page and the list of hashes), or one file of it.
    static func send(_ visit: Visit) async throws -> Response {
        guard visit.isOfficer else { throw NothingHere() }
        let person = try visit.id()
        try await visit.checkProof()
        let package = try await Packages(visit.session, environment: visit.environment)
            .make(of: person, for: nil, language: visit.words.language.rawValue)
        switch visit.parameters.get("form") {
        case "zip": return .file(try package.zip(), name: "\(person).zip", type: "application/zip")
        case "json": return try file(of: package, ending: ".json", type: "application/json", person)
        case "xml": return try file(of: package, ending: ".xml", type: "application/xml", person)
        default: throw NothingHere()
        }
    }

    /// The largest file of that ending: the data, not what describes it.
    private static func file(
        of package: PersonPackage, ending: String, type: String, _ person: RecordID
    ) throws -> Response {
        let files = package.files.filter { $0.name.hasSuffix(ending) && $0.records != nil }
        guard let file = files.max(by: { $0.bytes.count < $1.bytes.count }) else { throw NothingHere() }
        return .file(file.bytes, name: "\(person)\(ending)", type: type)
    }
}
