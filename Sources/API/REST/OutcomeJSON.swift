import Engine
import Formats
import HTTP
import Records

/// What became of one row, as results tell it.
enum OutcomeJSON {
    static func write(_ outcome: Outcome, showsCreated: Bool, base: String, into json: inout JSONWriter) {
        switch outcome {
        case .done(let id, let isCreated):
            RESTCall.success(id, isCreated: showsCreated ? isCreated : nil, into: &json)
        case .refused(let errors):
            json.object { json in
                json.key("success")
                json.boolean(false)
                write(errors, base: base, into: &json)
            }
        }
    }

    /// The member `errors` of a result.
    static func write(_ errors: [PlatformError], base: String, into json: inout JSONWriter) {
        json.key("errors")
        json.array { json in
            for error in errors {
                json.object { json in
                    json.member("statusCode", error.code.name)
                    json.member("message", error.message)
                    json.key("fields")
                    json.array { json in for field in error.fields { json.string(field) } }
                    if let duplicates = error.duplicates {
                        var bytes: [UInt8] = []
                        DuplicateResultJSON.append(duplicates, base: base, to: &bytes)
                        json.key("duplicateResult")
                        json.raw(bytes)
                    }
                }
            }
        }
    }
}
