import Formats
import Records

/// What a package is and what lies in it.
struct PackageManifest: Sendable {
    let person: RecordID
    let made: Instant
    let application: String
    let request: DataSubjectRequest?
    let mentions: [String: Int]
    let files: [PersonPackage.File]

    /// `manifest.json`.
    var file: PersonPackage.File {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.key("form")
            json.string("azukari person package 1")
            json.key("person")
            json.string(person.description)
            json.key("made")
            json.string(made.description)
            json.key("application")
            json.string(application)
            if let request {
                json.key("request")
                json.object { json in
                    for (key, value) in [
                        ("id", request.id.description), ("number", request.name), ("kind", request.kind.rawValue),
                    ] {
                        json.key(key)
                        json.string(value)
                    }
                }
            }
            json.key("files")
            json.array { json in
                for file in files {
                    json.object { json in
                        json.key("name")
                        json.string(file.name)
                        json.key("bytes")
                        json.integer(file.bytes.count)
                        json.key("sha256")
                        json.string(file.hash)
                        if let records = file.records {
                            json.key("records")
                            json.integer(records)
                        }
                    }
                }
            }
            json.key("mentionedInRecordsOfOthers")
            json.object { json in
                for (object, count) in mentions.sorted(by: { $0.key < $1.key }) {
                    json.key(object)
                    json.integer(count)
                }
            }
        }
        return PersonPackage.File(name: "manifest.json", bytes: json.bytes, records: nil)
    }
}
