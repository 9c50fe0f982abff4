import Engine
import Formats
import HTTP
import HTTPTypes
import Hummingbird
import Privacy
import Records

/// `persons/ID`: where a person's data lies, and the package of it.
struct PersonResources {
    let shared: Shared

    func add(to router: some RouterMethods<EdgeContext>) {
        router.own("persons/:id/places", get: shared.own(places))
        router.own("persons/:id/package", get: shared.own(package))
    }

    @Sendable private func places(_ call: RESTCall) async throws -> Response {
        let trace = try await call.session.trace(try call.anyID())
        return call.answer { json in
            json.object { json in
                json.member("subject", trace.subject.description)
                json.key("records")
                json.array { json in
                    for record in trace.records {
                        json.object { json in
                            json.member("object", record.object)
                            json.member("id", record.id.description)
                            json.member("ext", record.externalID)
                        }
                    }
                }
                json.key("places")
                json.array { json in for place in trace.places { PreviewWriter.write(place, into: &json) } }
            }
        }
    }

    @Sendable private func package(_ call: RESTCall) async throws -> Response {
        let language = call.query["language"] ?? shared.engine.organisation.defaultLanguage
        let packages = Packages(call.session, environment: shared.environment)
        return try Self.zip(try await packages.make(of: try call.anyID(), for: nil, language: language))
    }

    static func zip(_ package: PersonPackage) throws -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/zip",
                .contentDisposition: "attachment; filename=\"\(package.person).zip\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try package.zip()))
        )
    }
}
